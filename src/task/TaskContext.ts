// What a task knows about the call that it serves: the second parameter of its function.

/** The context of a function that is written in a workflow: it sees what the workflow has kept. */
export interface StepContext<InSight> extends TaskContext {
  /** What `keep` has kept before, by its name; each is loaded when it is read. */
  readonly results: {
    readonly [K in Extract<InSight, Kept<string, unknown>> as K["name"]]: K["value"]
  }
}

/** A value that is kept by name, among the names in sight. */
export interface Kept<out Name extends string, out Value> {
  readonly name: Name
  readonly value: Value
}

export interface TaskContext {
  readonly runId: string
  /** Name of the workflow that calls. */
  readonly workflow: string
  /** Id of the node that calls. */
  readonly node: string
  /** 1 for the first call, 2 for the first retry. */
  readonly attempt: number
  /** Names this call of the task: the same over attempts, crashes and workers. Hand it to whom you pay. */
  readonly idempotencyKey: string
  /** Fires when the attempt runs out of time, the run is cancelled or a sibling branch fails. */
  readonly signal: AbortSignal
}
