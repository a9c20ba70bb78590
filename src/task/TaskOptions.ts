// What an author may say about a task besides its function, and how it is stored: the policy in whole
// milliseconds, checked where it was written.
import * as Data from "effect/Data"
import * as Schema from "effect/Schema"
import { type Duration, toMs } from "../ir/Duration.ts"
import { type Task as TaskNode, TaskPolicy } from "../ir/Node.ts"
import type { RetryPolicy } from "../ir/RetryPolicy.ts"
import type { TaskDeadlineExceeded, TaskTimedOut } from "./Failure.ts"
import type { ErrorClass } from "./Registry.ts"
import { shown, unknownNames } from "./Shown.ts"
import { isStandardSchema, type StandardSchemaV1 } from "./StandardSchema.ts"

/** When a failed attempt is made again. */
export interface RetryOptions {
  /** Calls after the first one. */
  readonly maxRetries: number
  /** Wait before the first retry. Default 0: without it all retries follow at once. */
  readonly initialDelay?: Duration
  /** Each wait is this many times the one before; 1 unless given. */
  readonly factor?: number
  readonly maxDelay?: Duration
  /** Spreads each wait over half to one and a half times its length. */
  readonly jitter?: boolean
  /** False ends the retries at once. */
  readonly if?: (error: unknown) => boolean
}

/** Spelled out field by field, so that a misspelt option is an error. */
export interface CallOptions<Thrown, Timeout, Deadline> {
  /** Classes of errors that a plain or async function may throw; they join the error type. */
  readonly errors?: ReadonlyArray<Thrown>
  readonly retry?: RetryOptions
  /** Bounds one attempt. */
  readonly timeout?: Timeout
  /** Bounds all attempts and the waits between them. */
  readonly deadline?: Deadline
  /** For people and tools. */
  readonly description?: string
  /** For people and tools. */
  readonly tags?: ReadonlyArray<string>
}

/** What a call fails with because of its options. */
export type FailureOf<Thrown, Timeout, Deadline> =
  | (Thrown extends abstract new (...args: never) => infer E ? E : never)
  | ([Timeout] extends [never] ? never : TaskTimedOut)
  | ([Deadline] extends [never] ? never : TaskDeadlineExceeded)

/** Options as the runtime reads them, after the types have done their work. */
export type AnyCallOptions = CallOptions<ErrorClass, Duration, Duration>

/** A task was declared with something that cannot be used. */
export class InvalidTask extends Data.TaggedError("InvalidTask")<{
  readonly task: string
  readonly option: string
  readonly cause: unknown
}> {
  override get message(): string {
    const why = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return `Task '${this.task}' has no usable ${this.option}: ${why}`
  }
}

/** As records, so that the compiler asks for the name of a new option here. */
const call: Readonly<Record<keyof AnyCallOptions, true>> = {
  errors: true,
  retry: true,
  timeout: true,
  deadline: true,
  description: true,
  tags: true
}
const retried: Readonly<Record<keyof RetryOptions, true>> = {
  maxRetries: true,
  initialDelay: true,
  factor: true,
  maxDelay: true,
  jitter: true,
  if: true
}
const taskNames = ["input", "output", ...Object.keys(call)]
const retryNames = Object.keys(retried)

/** Refuses, for programs without types, options that would be read wrongly or not at all. Throws `InvalidTask`. */
export const refuseUnusable = (task: string, options: AnyCallOptions & Schemas): void => {
  const refuse = (option: string, cause: string): never => {
    throw new InvalidTask({ task, option, cause })
  }
  if (!isObject(options)) return refuse("options", `got ${shown(options)}, give an object`)
  const [wrong] = unknownNames(options, taskNames)
  if (wrong !== undefined) refuse(wrong, `there is no such option, only ${taskNames.join(", ")}`)
  const { errors = [], retry } = options
  if (!Array.isArray(errors)) refuse("errors", `got ${shown(errors)}, give a list of classes`)
  for (const side of ["input", "output"] as const) {
    const schema = options[side]
    if (schema !== undefined && !isStandardSchema(schema)) {
      refuse(side, `got ${shown(schema)}, give a Standard Schema`)
    }
  }
  if (retry === undefined) return
  if (!isObject(retry)) return refuse("retry", `got ${shown(retry)}, write { maxRetries: 3 }`)
  const [odd] = unknownNames(retry, retryNames)
  if (odd !== undefined)
    refuse(`retry.${odd}`, `there is no such option, only ${retryNames.join(", ")}`)
}

interface Schemas {
  readonly input?: StandardSchemaV1
  readonly output?: StandardSchemaV1
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null

/** The part of the options that a definition stores; undefined when they say nothing. Throws `InvalidTask`. */
export const toPolicy = (task: string, options: AnyCallOptions): TaskPolicy | undefined => {
  const { retry, timeout, deadline } = options
  const policy = {
    ...(retry !== undefined && {
      retry: checked({ task, option: "retry" }, () => toRetryPolicy(retry))
    }),
    ...(timeout !== undefined && {
      timeoutMs: checked({ task, option: "timeout" }, () => toMs(timeout))
    }),
    ...(deadline !== undefined && {
      deadlineMs: checked({ task, option: "deadline" }, () => toMs(deadline))
    })
  }
  if (Object.keys(policy).length === 0) return undefined
  return checked({ task, option: "policy" }, () => Schema.decodeUnknownSync(TaskPolicy)(policy))
}

const toRetryPolicy = (retry: RetryOptions): RetryPolicy => ({
  maxRetries: retry.maxRetries,
  initialDelayMs: toMs(retry.initialDelay ?? 0),
  ...(retry.factor !== undefined && { factor: retry.factor }),
  ...(retry.maxDelay !== undefined && { maxDelayMs: toMs(retry.maxDelay) }),
  ...(retry.jitter !== undefined && { jitter: retry.jitter })
})

const checked = <A>(
  where: { readonly task: string; readonly option: string },
  read: () => A
): A => {
  try {
    return read()
  } catch (cause) {
    throw new InvalidTask({ ...where, cause })
  }
}

/** What a definition keeps of a node for people and tools. */
export type Meta = NonNullable<TaskNode["meta"]>

/** What a definition keeps for people; undefined when the options say nothing. */
export const toMeta = ({ description, tags }: AnyCallOptions): Meta | undefined =>
  description === undefined && tags === undefined
    ? undefined
    : { ...(description !== undefined && { description }), ...(tags !== undefined && { tags }) }
