// The person who is asked. It knows the engine by its public face alone, and might as well be
// another program, a bot or a page with two buttons: it looks for runs that wait for an approval,
// and answers one after another.
import { type Engine, EngineClosed, RunFinished, type RunInfo } from "onward"
import { setTimeout as sleep } from "node:timers/promises"
import type { Approval } from "./tasks.ts"

const thinkingMs = 50
const pauseMs = 100

/** Answers until it is stopped. It may answer a run twice: the key makes that one answer. */
export const review = async (engine: Engine, stop: AbortSignal): Promise<void> => {
  try {
    while (!stop.aborted) {
      for await (const run of engine.list({ status: "parked" })) {
        if (!isAsking(run)) continue
        await sleep(thinkingMs, undefined, { signal: stop })
        await answer(engine, run)
      }
      await sleep(pauseMs, undefined, { signal: stop })
    }
  } catch (error) {
    if (!stop.aborted && !(error instanceof EngineClosed)) throw error
  }
}

/** Whether this run waits for an approval. */
export const isAsking = (run: RunInfo): boolean =>
  run.status === "parked" &&
  run.waitsFor.some((wait) => wait._tag === "Signal" && wait.signal === "approval")

const answer = async (engine: Engine, run: RunInfo): Promise<void> => {
  try {
    await engine.signal(run.id, "approval", answerTo(run.tags), { key: "on-duty" })
  } catch (error) {
    // A second reviewer was faster, and the run has ended.
    if (!(error instanceof RunFinished)) throw error
  }
}

/** What no one may do without a meeting. */
const refused = new Set(["meta", "public", "push", "repository"])

/** The rules that this reviewer goes by: what the run is about stands in its tags. */
const answerTo = (tags: ReadonlyArray<string>): Approval => {
  const event = tags.find((tag) => refused.has(tag))
  return event === undefined
    ? { approved: true, by: "on-duty", note: "as agreed" }
    : { approved: false, by: "on-duty", note: `not without a meeting: ${event}` }
}
