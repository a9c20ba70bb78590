// The wall between typed code and the engine: beyond it every value is opaque. A durable run carries the text
// that the codec wrote; a run in process carries the value itself.
import {
  LoopLimitExceeded,
  NotAList,
  RouteKeyNotFound,
  SignalTimedOut,
  TaskDeadlineExceeded,
  TooFewBranches
} from "../task/Failure.ts"
import type { Values } from "../run/Transition.ts"
import { summaryOf } from "./AttemptResult.ts"

export interface Wall<Value> {
  /** What a task returned, as the engine carries it. Throws `ValueNotStorable`. */
  readonly encode: (value: unknown, where: string) => Value
  readonly decode: (value: Value) => unknown
  /** Never throws: what cannot be stored of an error is left out. */
  readonly encodeError: (error: unknown) => Value
  readonly record: Values<Value>["record"]
  readonly list: Values<Value>["list"]
  readonly elements: Values<Value>["elements"]
}

/** Values as they are, handed on by reference. */
export const inProcess: Wall<unknown> = {
  encode: (value) => value,
  decode: (value) => value,
  encodeError: (error) => error,
  record: (members) => Object.fromEntries(members),
  list: (elements) => [...elements],
  elements: (value) => (Array.isArray(value) ? value : null)
}

/** What a transition makes of values, for the run `runId`. */
export const toValues = <Value>(wall: Wall<Value>, runId: () => string): Values<Value> => {
  const decodeAll = (named: ReadonlyArray<readonly [string, Value]>) =>
    Object.fromEntries(named.map(([name, value]) => [name, wall.decode(value)]))
  return {
    of: (plain) => wall.encode(plain, "a plain value"),
    textOf: (value) => String(wall.decode(value)),
    record: wall.record,
    list: wall.list,
    elements: wall.elements,
    property: (value, name) => toKey(read(wall.decode(value), name)),
    tagOf: (error) => tagOf(wall.decode(error)),
    summaryOf: (error) => summaryOf(wall.decode(error)),
    signalTimedOut: (node, signal, timeoutMs) =>
      wall.encodeError(new SignalTimedOut({ runId: runId(), node, signal, timeoutMs })),
    deadlineExceeded: ({ error, ...at }) =>
      wall.encodeError(
        new TaskDeadlineExceeded({ ...at, runId: runId(), cause: wall.decode(error) })
      ),
    notAList: (node) => wall.encodeError(new NotAList({ runId: runId(), node })),
    routeKeyNotFound: (at) => wall.encodeError(new RouteKeyNotFound({ ...at, runId: runId() })),
    loopLimitExceeded: (node, max) =>
      wall.encodeError(new LoopLimitExceeded({ runId: runId(), node, max })),
    tooFewBranches: ({ errors, ...at }) =>
      wall.encodeError(new TooFewBranches({ ...at, runId: runId(), errors: decodeAll(errors) }))
  }
}

const read = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined

/** A key as arms are named: `true`, `3`, `card`. Of anything else what kind of thing it is. */
export const toKey = (key: unknown): string =>
  typeof key === "string" || typeof key === "number" || typeof key === "boolean"
    ? String(key)
    : typeof key

/** How a handler knows an error: by its `_tag`, else by its name. */
const tagOf = (error: unknown): string | null => {
  const tag = read(error, "_tag")
  if (typeof tag === "string") return tag
  return error instanceof Error ? error.name : null
}
