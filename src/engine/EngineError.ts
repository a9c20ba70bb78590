// What an engine refuses, and why. Each names what was asked for and says what to do; nothing stored changes.
import * as Data from "effect/Data"
import type { FinishedStatus } from "../run/Status.ts"

/** An engine was asked with something that it cannot use: JavaScript, or a cast. Nothing was done. */
export class InvalidArgument extends Data.TaggedError("InvalidArgument")<{
  readonly call: string
  readonly argument: string
  readonly fault: string
}> {
  override get message(): string {
    return `${this.call}: '${this.argument}' ${this.fault}`
  }
}

export class RunNotFound extends Data.TaggedError("RunNotFound")<{ readonly id: string }> {
  override get message(): string {
    return `There is no run '${this.id}' in this store: check the id, or start the run first`
  }
}

export class RunAlreadyExists extends Data.TaggedError("RunAlreadyExists")<{
  readonly id: string
  readonly workflow: string
}> {
  override get message(): string {
    return `Run '${this.id}' exists: start '${this.workflow}' with another id, or with onConflict "useExisting" or "terminateExisting"`
  }
}

export class RunFinished extends Data.TaggedError("RunFinished")<{
  readonly id: string
  readonly status: FinishedStatus
  readonly doing: string
}> {
  override get message(): string {
    return `Run '${this.id}' is ${this.status}: it is too late to ${this.doing}`
  }
}

/** What `result` rejects with for a run that was cancelled, or whose id was taken by a new start. */
export class RunCancelled extends Data.TaggedError("RunCancelled")<{
  readonly id: string
  readonly reason: string
  readonly by: string
}> {
  static readonly byReplacement = {
    reason: "a new start took its id",
    by: "onConflict terminateExisting"
  }
  override get message(): string {
    return `Run '${this.id}' was cancelled by ${this.by}: ${this.reason}`
  }
}

export class UnknownSignal extends Data.TaggedError("UnknownSignal")<{
  readonly id: string
  readonly workflow: string
  readonly signal: string
  readonly known: ReadonlyArray<string>
}> {
  override get message(): string {
    const known = this.known.length === 0 ? "no signals" : this.known.join(", ")
    return `Workflow '${this.workflow}' of run '${this.id}' never waits for signal '${this.signal}': it knows ${known}. Check the name, or send it to a run of the workflow that waits for it`
  }
}

/** A signal's payload does not fit its schema. Nothing was stored. */
export class InvalidPayload extends Data.TaggedError("InvalidPayload")<{
  readonly id: string
  readonly signal: string
  readonly issues: ReadonlyArray<string>
}> {
  override get message(): string {
    return `The payload of signal '${this.signal}' to run '${this.id}' does not fit: ${this.issues.join("; ")}. Nothing was sent: send one that fits the schema of its awaitSignal`
  }
}

/** The time at which a run is to start is no time. Nothing was stored. */
export class InvalidStartTime extends Data.TaggedError("InvalidStartTime")<{
  readonly id: string
}> {
  override get message(): string {
    return `The startAt of run '${this.id}' is an invalid Date: check how it was made`
  }
}

/** The id belongs to a run of another workflow. Nothing was stored. */
export class RunOfOtherWorkflow extends Data.TaggedError("RunOfOtherWorkflow")<{
  readonly id: string
  readonly asked: string
  readonly found: string
}> {
  override get message(): string {
    return `Run '${this.id}' is a run of workflow '${this.found}', not of '${this.asked}': use another id, or that workflow`
  }
}

/** This process does not have the workflow, so it can neither drive its runs nor check what is sent to them. */
export class WorkflowNotRegistered extends Data.TaggedError("WorkflowNotRegistered")<{
  readonly workflow: string
  readonly doing: string
}> {
  override get message(): string {
    return `Workflow '${this.workflow}' is not registered here, so this engine cannot ${this.doing}: add it to the workflows or the registry of Engine.open`
  }
}

/** The engine has been closed. */
export class EngineClosed extends Data.TaggedError("EngineClosed")<{ readonly doing: string }> {
  override get message(): string {
    return `The engine is closed: open another one to ${this.doing}`
  }
}
