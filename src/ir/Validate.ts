// Finds everything that is wrong with a definition in one go, so that its author mends it once.
// Nodes and links form a graph; in a valid one each node is led to by exactly one link, so a
// definition is a tree of regions, and a region a chain. Neither length nor nesting uses stack, and
// the time is linear.
import * as Schema from "effect/Schema"
import type { Definition } from "./Definition.ts"
import { type Node, type NodeId, regions } from "./Node.ts"
import { Fault } from "./Fault.ts"
import { nameFaults, nodeFaults } from "./NodeFaults.ts"
import { pathInto, pathOf } from "./Place.ts"

export { Fault, FaultCode } from "./Fault.ts"

/** A definition that must not run, with every reason. */
export class InvalidDefinition extends Schema.TaggedError<InvalidDefinition>()(
  "InvalidDefinition",
  {
    workflow: Schema.String,
    faults: Schema.NonEmptyArray(Fault)
  }
) {
  override get message(): string {
    const lines = this.faults.map((fault) => `\n- ${describe(fault)}`)
    const count = lines.length === 1 ? "a fault" : `${lines.length} faults`
    const subject = `The definition of workflow '${this.workflow}'`
    return `${subject} has ${count} and cannot run:${lines.join("")}`
  }
}

const describe = ({ node, detail }: Fault): string =>
  node === undefined ? detail : `${node}: ${detail}`

/** All faults of `definition`; none means that it can run. */
export const validate = (definition: Definition): ReadonlyArray<Fault> => {
  const nodes = new Map(Object.entries(definition.nodes))
  const links = linksOf(definition)
  const known = links.filter((link) => nodes.has(link.to))
  const { closing, reached } = explore(nodes, known)
  return [
    ...nameFaults(definition),
    ...[...nodes].flatMap(([id, node]) => nodeFaults(id, node)),
    ...links.filter((link) => !nodes.has(link.to)).map(unknownNode),
    ...known.filter((link) => pathOf(link.to) !== expectedPath(link)).map(misplaced),
    ...[...closing].map(cycle),
    ...sharedNodes(known.filter((link) => !closing.has(link))),
    ...[...nodes.keys()].filter((id) => !reached.has(id)).map(unreachable)
  ]
}

/** `definition` itself. Throws `InvalidDefinition` with all faults if there are any. */
export const assertValid = (definition: Definition): Definition => {
  const [first, ...others] = validate(definition)
  if (first === undefined) return definition
  throw new InvalidDefinition({ workflow: definition.workflow, faults: [first, ...others] })
}

/**
 * One way from node to node: `next`, or into the region named here. Without `from` it is the entry.
 */
interface Link {
  readonly from: NodeId | undefined
  readonly region: string | undefined
  readonly to: NodeId
}

const linksOf = (definition: Definition): ReadonlyArray<Link> => {
  const links: Array<Link> = []
  const add = (from: NodeId | undefined, region: string | undefined, to: NodeId | null): void => {
    if (to !== null) links.push({ from, region, to })
  }
  add(undefined, undefined, definition.entry)
  for (const [id, node] of Object.entries(definition.nodes)) {
    for (const { name, entry } of regions(node)) add(id, name, entry)
    add(id, undefined, node.next)
  }
  return links
}

/**
 * Walks every link once, depth first, from the entry and then from what that did not reach.
 * `closing` are the links that lead back to a node still being walked: without them there is no
 * cycle.
 */
const explore = (nodes: ReadonlyMap<NodeId, Node>, links: ReadonlyArray<Link>) => {
  const byOrigin = Map.groupBy(links, (link) => link.from)
  const ongoing = new Map<NodeId, Iterator<Link, undefined>>()
  const visited = new Set<NodeId>()
  const closing = new Set<Link>()

  const walk = (root: NodeId): void => {
    const stack: Array<NodeId> = []
    const enter = (id: NodeId): void => {
      if (visited.has(id)) return
      visited.add(id)
      ongoing.set(id, (byOrigin.get(id) ?? []).values())
      stack.push(id)
    }
    enter(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const link = ongoing.get(top)?.next().value
      if (link === undefined) {
        ongoing.delete(top)
        stack.pop()
      } else if (ongoing.has(link.to)) {
        closing.add(link)
      } else {
        enter(link.to)
      }
    }
  }

  for (const entry of byOrigin.get(undefined) ?? []) walk(entry.to)
  const reached = new Set(visited)
  for (const id of nodes.keys()) walk(id)
  return { closing, reached }
}

const unknownNode = ({ from, region, to }: Link): Fault => ({
  code: "UnknownNode",
  node: from,
  detail: `${linkName(from, region)} leads to ${JSON.stringify(to)}, which is not in the definition`
})

const misplaced = ({ from, region, to }: Link): Fault => ({
  code: "Misplaced",
  node: to,
  detail:
    `${linkName(from, region)}${from === undefined ? "" : ` of ${from}`} leads here, ` +
    `so the id must be ${JSON.stringify(expectedPath({ from, region, to }))} and a name`
})

/** A region starts below its owner, and goes on where it started. */
const expectedPath = ({ from, region }: Link): string => {
  if (from === undefined) return ""
  return region === undefined ? pathOf(from) : pathInto({ owner: from, region })
}

const cycle = ({ from, region, to }: Link): Fault => ({
  code: "Cycle",
  node: from,
  detail: `${linkName(from, region)} leads back to ${to}: a workflow only moves on`
})

const sharedNodes = (links: ReadonlyArray<Link>): ReadonlyArray<Fault> => {
  const byTarget = [...Map.groupBy(links, (link) => link.to)]
  const shared = byTarget.filter(([, leading]) => leading.length > 1)
  return shared.map(([node, leading]) => {
    const origins = leading.map(({ from }) => from ?? "the entry").join(" and ")
    return { code: "SharedNode", node, detail: `${origins} lead here: only one may` }
  })
}

const unreachable = (node: NodeId): Fault => ({
  code: "Unreachable",
  node,
  detail: "nothing leads here from the entry: remove the node or link it"
})

const linkName = (from: NodeId | undefined, region: string | undefined): string => {
  if (from === undefined) return "the entry"
  return region === undefined ? "next" : `region ${region}`
}
