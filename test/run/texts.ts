// Values as short texts, and what nodes make of them: the same for the transition and for the naive interpreter.
// A list and a key can be read from any text, so that every value leads somewhere.
import type { NodeId } from "../../src/ir/Node.ts"
import type { Values } from "../../src/run/Transition.ts"
import { keys } from "../ir/arbitrary.ts"

/** A short text that tells one value from another. */
export const digest = (text: string): string => toHash(text).toString(36)

export const toHash = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  }
  // The low digits of the sum alone would follow those of the last character.
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0
}

export const outputOf = (node: NodeId, value: string): string => `"${digest(`${node}(${value})`)}"`

/** Errors are texts whose last word is their tag. */
export const errorOf = (node: NodeId, attempt: number): string =>
  `"${digest(node)} fails at ${attempt}"`

const raised = (node: NodeId, tag: string, detail: unknown): string =>
  `"${digest(node)} ${digest(JSON.stringify(detail))} ${tag}"`

export const values: Values<string> = {
  record: (members) =>
    `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`,
  of: (plain) => JSON.stringify(plain),
  textOf: (value) => JSON.parse(value),
  list: (members) => `[${members.join(",")}]`,
  elements: (value) => {
    const json: unknown = JSON.parse(value)
    if (Array.isArray(json)) return json.map((element) => JSON.stringify(element))
    const hash = toHash(value)
    if (hash % 10 === 0) return null
    return Array.from({ length: hash % 4 }, (_, index) => outputOf(String(index), value))
  },
  property: (value, name) =>
    [...keys, "unheard of"][toHash(`${name} of ${value}`) % (keys.length + 1)] ?? "",
  tagOf: (error) => JSON.parse(error).split(" ").at(-1) ?? null,
  summaryOf: (error) => error,
  notAList: (node) => raised(node, "list", null),
  routeKeyNotFound: ({ arms, key, node }) => raised(node, "key", [key, arms]),
  loopLimitExceeded: (node, max) => raised(node, "limit", max),
  tooFewBranches: ({ errors, needed, node }) => raised(node, "few", [needed, errors]),
  signalTimedOut: (node, signal, timeoutMs) => raised(node, "out", [signal, timeoutMs]),
  deadlineExceeded: ({ attempts, deadlineMs, error, node, task }) =>
    raised(node, "late", [attempts, deadlineMs, error, task])
}
