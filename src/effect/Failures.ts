// What the Effects of this face fail with, as unions of the errors that the Promise face rejects with. The engine
// hands its failures on untyped; here they get their types, and what nobody has declared becomes a defect.
import * as Effect from "effect/Effect"
import type { UnreadableSeal } from "../codec/Seal.ts"
import type { UnreadableValue } from "../codec/UnreadableValue.ts"
import type { ValueNotStorable } from "../codec/ValueNotStorable.ts"
import type { InvalidTaskValue } from "../engine/Attempt.ts"
import type { TamperedDefinition } from "../engine/Definitions.ts"
import type {
  EngineClosed,
  InvalidPayload,
  InvalidStartTime,
  RunAlreadyExists,
  RunCancelled,
  RunFinished,
  RunNotFound,
  RunOfOtherWorkflow,
  UnknownSignal,
  WorkflowNotRegistered
} from "../engine/EngineError.ts"
import type { SignalsNotSupported, TaskNotFound } from "../engine/InProcess.ts"
import type { InvalidInput } from "../engine/InputCheck.ts"
import type { MalformedDefinition, NewerFormat } from "../ir/Json.ts"
import type { InvalidDefinition } from "../ir/Validate.ts"
import type { InvalidRunId } from "../run/RunId.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { InvalidDecision, NotAList, RouteKeyNotFound } from "../task/Failure.ts"
import type { ErrorClass, WorkflowEntry } from "../task/Registry.ts"

/** What the engine raises in a run where a value is not what its node needs, whatever the tasks declare. */
export type NodeFailure = InvalidDecision | InvalidTaskValue | NotAList | RouteKeyNotFound

/** A value that the store cannot take, or that cannot be brought back from it. */
export type ValueFailure = ValueNotStorable | UnreadableValue | UnreadableSeal

/** What `run` fails with, where the tasks fail with `E`. */
export type RunFailure<E> = E | NodeFailure | InvalidInput | SignalsNotSupported | TaskNotFound

/** What a read fails with. */
export type ReadError = EngineClosed | InvalidRunId | RunNotFound | StoreError | ValueFailure

/** What a handle's `result` fails with, where the tasks fail with `E`. */
export type ResultFailure<E> = E | NodeFailure | RunCancelled | ReadError

/** What a start fails with. Nothing was stored then. */
export type StartError =
  | DefinitionError
  | EngineClosed
  | InvalidInput
  | InvalidRunId
  | InvalidStartTime
  | RunAlreadyExists
  | RunOfOtherWorkflow
  | StoreError
  | ValueNotStorable
  | WorkflowNotRegistered

/** What a signal fails with. Nothing was stored then. */
export type SignalError =
  | EngineClosed
  | InvalidPayload
  | InvalidRunId
  | RunFinished
  | RunNotFound
  | RunOfOtherWorkflow
  | StoreError
  | UnknownSignal
  | ValueNotStorable
  | WorkflowNotRegistered

/** What a request to cancel, pause or resume fails with. Nothing was stored then. */
export type ControlError = EngineClosed | InvalidRunId | RunFinished | RunNotFound | StoreError

/** A definition in the store cannot be used. */
type DefinitionError = InvalidDefinition | MalformedDefinition | NewerFormat | TamperedDefinition

/**
 * `effect` with its failures typed: those that have a tag or a class among `classes`, and any value that is no
 * error. An error that is neither is a bug of whoever threw it, and a defect.
 */
export const typed =
  <E>(classes: ReadonlyArray<ErrorClass> = []) =>
  <A, R>(effect: Effect.Effect<A, unknown, R>): Effect.Effect<A, E, R> =>
    Effect.catch(effect, (error) =>
      // Sound: `E` lists what has a tag; what a task declares otherwise is among the classes.
      isDeclared(error, classes) ? Effect.fail(error as E) : Effect.die(error)
    )

/** The classes of errors that tasks of this workflow declare. */
export const errorsOf = ({ tasks }: WorkflowEntry): ReadonlyArray<ErrorClass> =>
  [...tasks.values()].flatMap(({ errors }) => errors)

const isDeclared = (error: unknown, classes: ReadonlyArray<ErrorClass>): boolean =>
  !(error instanceof Error) ||
  ("_tag" in error && typeof error._tag === "string") ||
  classes.some((errorClass) => error instanceof errorClass)
