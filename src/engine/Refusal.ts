// What a worker writes about a run that it has claimed and cannot drive: it waits, visibly and with the reason, or
// it is looked at again in a while when only the store failed.
import type { Source } from "../store/CheckpointWriter.ts"
import type { Claimed, Next } from "../store/Store.ts"

/** The run waits as `blocked` until a worker comes that can drive it. `step` is the last one that was sealed. */
export const blocked = (
  run: Claimed,
  step: number,
  { reason, told }: { readonly reason: string; readonly told: () => void }
): Source =>
  park(run, step, {
    told,
    status: "blocked",
    wakeAtMs: null,
    waits: [{ _tag: "Repair", node: null, reason }]
  })

/** The run is claimable again at `wakeAtMs`. */
export const later = (run: Claimed, wakeAtMs: number, told: () => void): Source =>
  park(run, run.step, { told, status: "parked", wakeAtMs, waits: [] })

const park = (
  run: Claimed,
  step: number,
  {
    told,
    ...next
  }: Omit<Extract<Next, { readonly _tag: "Park" }>, "_tag"> & {
    readonly told: () => void
  }
): Source => ({
  seal: () => ({
    _tag: "Checkpoint",
    id: run.id,
    epoch: run.epoch,
    step: step + 1,
    strands: [],
    joined: [],
    consumed: [],
    seen: run.sent,
    next: { _tag: "Park", ...next },
    events: []
  }),
  stored: told,
  failed: () => true
})
