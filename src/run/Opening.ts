// How a strand opens others: the branches of a fork, the elements of a list. At first as many as may run at the
// same time; another whenever one has ended.
import type { ForEach, Fork } from "../ir/Node.ts"
import type { Draft } from "./Draft.ts"
import type { Group, Member } from "./Group.ts"
import { nodeAt, type Plan, type PlannedNode } from "./Plan.ts"
import { groupId, opened, type Strand } from "./Strand.ts"

export const openFork = <Value>(draft: Draft<Value>, strand: Strand<Value>, node: Fork): void => {
  draft.put(strand)
  const count = Object.keys(node.branches).length
  openGroup(draft, strand, { left: count, next: draft.plan.overlap ? count : 1, items: null })
}

/** One strand for each element of the list; there is at least one. */
export const openElements = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  list: { readonly node: ForEach; readonly items: ReadonlyArray<Value> }
): void => {
  const { items, node } = list
  draft.put(strand)
  const next = draft.plan.overlap ? Math.min(node.policy.concurrency, items.length) : 1
  openGroup(draft, strand, { left: items.length, next, items })
}

/** Opens the members before `group.next`, the first of them last: who arrives last acts first. */
const openGroup = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  group: Group<Value>
): void => {
  draft.setGroup(strand.id, group)
  for (let index = group.next - 1; index >= 0; index--) {
    const member = memberAt(draft, strand, { ...group, next: index })
    if (member !== null) draft.open(...member)
  }
}

/** How `group.next` is opened; null when there is none. */
const memberAt = <Value>(
  draft: Draft<Value>,
  parent: Strand<Value>,
  { items, next }: Group<Value>
): Parameters<Draft<Value>["open"]> | null => {
  if (parent.node === null) return null
  const planned = nodeAt(draft.plan, parent.node)
  const { node } = planned
  const from = { parent: parent.id, sinceMs: draft.atMs }
  const group = groupId(parent, planned)
  if (node._tag === "ForEach") {
    if (items === null || next >= items.length) return null
    // In process an element may be undefined: there is one all the same.
    const value = items[next] as Value
    const indices = [...parent.indices, next]
    return [`${group}/${next}`, { ...from, entry: node.body, value, indices }]
  }
  const branch = planned.regions[next]
  if (branch === undefined) return null
  const { entry, name } = branch
  const { indices, value } = parent
  return [`${group}/${name}`, { ...from, entry, value, indices }]
}

/** Another member, where one is left. It acts after those that were opened before it. */
export const openNext = <Value>(draft: Draft<Value>, parent: Strand<Value>): void => {
  const group = draft.group(parent.id)
  const member = group === undefined ? null : memberAt(draft, parent, group)
  if (group === undefined || member === null) return
  draft.setGroup(parent.id, { ...group, next: group.next + 1 })
  draft.openLast(...member)
}

/** All members of the group that `parent` waits for, in order. */
export const membersOf = <Value>(
  draft: Draft<Value>,
  parent: Strand<Value>,
  planned: PlannedNode
): ReadonlyArray<Member<Value>> => {
  const group = groupId(parent, planned)
  const { node } = planned
  if (node._tag === "Fork") {
    return planned.regions.map(({ name }) => [name, draft.strand(`${group}/${name}`)] as const)
  }
  const count = draft.group(parent.id)?.items?.length ?? 0
  return Array.from({ length: count }, (_, index) => {
    const name = String(index)
    return [name, draft.strand(`${group}/${name}`)] as const
  })
}

/** Every strand below `parent`: the members that it waits for, those that these wait for, and so on. */
export const below = <Value>(
  draft: Draft<Value>,
  parent: Strand<Value>
): ReadonlyArray<Strand<Value>> => {
  const found: Array<Strand<Value>> = []
  const waiting = [parent]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (at.node === null || draft.group(at.id) === undefined) continue
    for (const [, member] of membersOf(draft, at, nodeAt(draft.plan, at.node))) {
      if (member === undefined) continue
      found.push(member)
      waiting.push(member)
    }
  }
  return found
}

/** `strand` as it was opened by the one above it; undefined for the trunk. */
export const asOpened = <Value>(
  plan: Plan,
  { id, parent, sinceMs, value }: Strand<Value>,
  above: Strand<Value> | undefined
): Strand<Value> => {
  const from = { parent, value, sinceMs }
  if (above === undefined || above.node === null) {
    return opened(plan, id, { ...from, entry: plan.entry, indices: [] })
  }
  const planned = nodeAt(plan, above.node)
  const { node } = planned
  const name = id.slice(groupId(above, planned).length + 1)
  if (node._tag === "ForEach") {
    const indices = [...above.indices, Number(name)]
    return opened(plan, id, { ...from, entry: node.body, indices })
  }
  if (node._tag !== "Fork") throw new RangeError(`'${planned.id}' has opened '${id}'`)
  const entry = node.branches[name] ?? null
  return opened(plan, id, { ...from, entry, indices: above.indices })
}
