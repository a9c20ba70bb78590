// A pause that takes effect, and one that does not any more: decided where both are known, in the store's own
// transaction, and the same way by every store.
import type { Checkpoint, Request } from "./Store.ts"

/**
 * The checkpoint as it is to be stored when `request` is what is asked of the run now. A pause that was withdrawn
 * before it took effect leaves no trace: the run is handed back, and its history knows of no pause.
 */
export const settled = (item: Checkpoint, request: Request | null): Checkpoint => {
  const { events, next } = item
  if (next._tag !== "Park" || next.status !== "paused" || request?.intent === "pause") return item
  return {
    ...item,
    next: { _tag: "Release" },
    events: events.filter(({ _tag }) => _tag !== "RunPaused")
  }
}
