// One call of a task's function: with its input checked, its context at hand, and its result as it came:
// a plain value at once, or something to wait for.
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { StandardSchemaV1 } from "../task/StandardSchema.ts"
import type { TaskContext } from "../task/TaskContext.ts"
import { type Call, isPromise } from "./Binding.ts"

/** A value does not fit the schema of a task. Never retried: the same value would fail again. */
export class InvalidTaskValue extends Data.TaggedError("InvalidTaskValue")<{
  readonly runId: string
  readonly node: string
  readonly task: string
  readonly side: "input" | "output"
  readonly issues: ReadonlyArray<string>
}> {
  readonly retryable = false
  override get message(): string {
    return `The ${this.side} of task '${this.task}' at ${this.node} of run ${this.runId} does not fit its schema: ${this.issues.join("; ")}`
  }
}

/** What a call needs to know of its run. */
export interface Caller {
  readonly runId: string
  readonly workflow: string
  /** Starts the idempotency keys of this run: no other run, and no earlier run of the same id, has it. */
  readonly key: string
}

/** The context of one attempt. Its abort controller exists only once somebody has asked for the signal. */
export class AttemptContext implements TaskContext {
  readonly #caller: Caller
  #controller: AbortController | undefined
  #isAborted = false
  readonly #indices: ReadonlyArray<number>
  readonly #key: string
  readonly #read: () => Readonly<Record<string, unknown>>
  #results: Readonly<Record<string, unknown>> | undefined
  readonly node: string
  readonly attempt: number

  constructor(
    caller: Caller,
    call: {
      readonly node: string
      readonly key: string
      readonly results: () => Readonly<Record<string, unknown>>
      readonly attempt: number
      readonly indices: ReadonlyArray<number>
    }
  ) {
    this.#caller = caller
    this.node = call.node
    this.#key = call.key
    this.#read = call.results
    this.attempt = call.attempt
    this.#indices = call.indices
  }

  get runId(): string {
    return this.#caller.runId
  }

  get workflow(): string {
    return this.#caller.workflow
  }

  get idempotencyKey(): string {
    const at = this.#indices.length === 0 ? "" : `[${this.#indices.join(".")}]`
    return `${this.#caller.key}/${this.#key}${at}`
  }

  get results(): Readonly<Record<string, unknown>> {
    this.#results ??= this.#read()
    return this.#results
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isAborted) this.#controller.abort()
    return this.#controller.signal
  }

  /** Whether the function has asked for its signal, and so can know that it is interrupted. */
  get hasListener(): boolean {
    return this.#controller !== undefined
  }

  abort(): void {
    this.#isAborted = true
    this.#controller?.abort()
  }
}

/** Calls. The result is a plain value, a Promise or an Effect; throws what the function throws. */
export const call = (bound: Call, value: unknown, context: AttemptContext): unknown => {
  const { entry, input } = bound
  const given = input === undefined ? value : input(value, context)
  if (entry.input === undefined && entry.output === undefined) {
    return isPromise(given)
      ? given.then((ready) => entry.fn(ready, context))
      : entry.fn(given, context)
  }
  const accepted = after(given, (ready) => check(bound, "input", ready, context))
  const result = after(accepted, (ready) => entry.fn(ready, context))
  return after(result, (ready) => check(bound, "output", ready, context))
}

const after = (result: unknown, next: (value: unknown) => unknown): unknown => {
  if (isPromise(result)) return result.then(next)
  if (Effect.isEffect(result)) return Effect.flatMap(result, (value) => toEffect(() => next(value)))
  return next(result)
}

/** Whatever `body` returns or throws, as an Effect. */
const toEffect = (body: () => unknown): Effect.Effect<unknown, unknown, unknown> =>
  Effect.suspend(() => {
    try {
      const result = body()
      if (Effect.isEffect(result)) return result
      if (isPromise(result)) {
        return Effect.tryPromise({ try: () => Promise.resolve(result), catch: (error) => error })
      }
      return Effect.succeed(result)
    } catch (error) {
      return Effect.fail(error)
    }
  })

const check = (
  bound: Call,
  side: "input" | "output",
  value: unknown,
  context: AttemptContext
): unknown => {
  const schema = bound.entry[side]
  if (schema === undefined) return value
  return after(schema["~standard"].validate(value), (checked) => {
    // `after` hands on what `validate` gave, at once or later.
    const result = checked as StandardSchemaV1.Result<unknown>
    if (result.issues === undefined) return result.value
    throw new InvalidTaskValue({
      runId: context.runId,
      node: bound.node,
      task: bound.task,
      side,
      issues: toSentences(result.issues)
    })
  })
}

/** Each issue with its path: `items[0].price: expected number`. */
export const toSentences = (issues: ReadonlyArray<StandardSchemaV1.Issue>): ReadonlyArray<string> =>
  issues.map(({ message, path = [] }) => {
    const keys = path.map((part) => (typeof part === "object" ? part.key : part))
    const at = keys
      .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
      .join("")
    return at === "" ? message : `${at.replace(/^\./, "")}: ${message}`
  })
