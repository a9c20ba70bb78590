// What is kept by name, the naive way: each region adds to what encloses it, up to its workflow.

export interface Scope {
  readonly own: Map<string, string>
  readonly outer: Scope | null
}

/** Names with their values, in the order of the names. */
export type Seen = ReadonlyArray<readonly [name: string, value: string]>

export const inside = (outer: Scope | null): Scope => ({ own: new Map(), outer })

export const keepIn = ({ own }: Scope, node: string, value: string): void => {
  own.set(node.slice(node.lastIndexOf("+keep.") + "+keep.".length), value)
}

export const seenFrom = (scope: Scope): Seen => {
  const found = new Map<string, string>()
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    for (const [name, value] of at.own) if (!found.has(name)) found.set(name, value)
  }
  return byName([...found])
}

export const byName = (seen: Seen): Seen => seen.toSorted(([a], [b]) => (a < b ? -1 : 1))
