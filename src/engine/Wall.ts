// The wall between typed code and the engine: beyond it every value is opaque. A durable run carries the text
// that the codec wrote; a run in process carries the value itself.
import { TaskDeadlineExceeded, SignalTimedOut } from "../task/Failure.ts"
import type { Values } from "../run/Transition.ts"

export interface Wall<Value> {
  /** What a task returned, as the engine carries it. Throws `ValueNotStorable`. */
  readonly encode: (value: unknown, where: string) => Value
  readonly decode: (value: Value) => unknown
  /** Never throws: what cannot be stored of an error is left out. */
  readonly encodeError: (error: unknown) => Value
  readonly record: Values<Value>["record"]
}

/** Values as they are, handed on by reference. */
export const inProcess: Wall<unknown> = {
  encode: (value) => value,
  decode: (value) => value,
  encodeError: (error) => error,
  record: (members) => Object.fromEntries(members)
}

/** What a transition makes of values, for the run `runId`. */
export const toValues = <Value>(wall: Wall<Value>, runId: () => string): Values<Value> => ({
  record: wall.record,
  signalTimedOut: (node, signal, timeoutMs) =>
    wall.encodeError(new SignalTimedOut({ runId: runId(), node, signal, timeoutMs })),
  deadlineExceeded: ({ error, ...at }) =>
    wall.encodeError(new TaskDeadlineExceeded({ ...at, runId: runId(), cause: wall.decode(error) }))
})
