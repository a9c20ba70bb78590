// What a run publishes, as it comes: read again and again, because any process may drive the run.
import { setTimeout as sleep } from "node:timers/promises"
import { isFinished } from "../run/Status.ts"
import type { Run, Text } from "../store/Store.ts"

interface Source {
  readonly run: () => Promise<Run>
  readonly published: () => Promise<Text | null>
}

/** Each text that differs from the one before; ends with the run. */
export async function* watch(source: Source, pollMs: number): AsyncGenerator<Text, void> {
  for (let last: Text | null = null; ; await sleep(pollMs)) {
    // The status first: what was published before the end is not missed.
    const { status } = await source.run()
    const text = await source.published()
    if (text !== null && text !== last) yield text
    last = text
    if (isFinished(status)) return
  }
}
