// The end of a run that has something to undo: its outcome is noted, and what completed is undone, the last first,
// one after another. Each is checkpointed like a task, so a crash on the way goes on with what is left.
import type { Draft } from "./Draft.ts"
import { endingId, type Note, undoId } from "./Note.ts"
import type { Strand } from "./Strand.ts"
import type { Outcome } from "./Transition.ts"

/** An outcome that is not success. */
export type Unhappy<Value> = Exclude<Outcome<Value>, { readonly _tag: "Completed" }>

/** The run comes to `outcome`, once all is undone. What runs is stopped at once. */
export const comeTo = <Value>(draft: Draft<Value>, outcome: Unhappy<Value>): void => {
  if (draft.undoCount === 0) return conclude(draft, outcome)
  draft.clear()
  draft.setNote(toNote(draft, outcome))
  undoNext(draft)
}

/** Whether the run undoes: nothing else happens to it any more. */
export const isUndoing = <Value>(draft: Draft<Value>): boolean => draft.note(endingId) !== undefined

/** Calls what undoes the last task that is not undone, or ends the run. */
export const undoNext = <Value>(draft: Draft<Value>): void => {
  const note = lastToUndo(draft)
  if (note !== undefined) {
    const { id, indices, node, value } = note
    const at = { sinceMs: draft.atMs, failures: 0, wakeAtMs: null }
    return draft.call({ id, parent: null, node, value, inherits: false, indices, ...at })
  }
  const ending = draft.note(endingId)
  if (ending !== undefined) conclude(draft, toOutcome(draft, ending))
}

/** `strand` has undone its task, or has given up: `error` says why. */
export const undone = <Value>(
  draft: Draft<Value>,
  strand: Strand<Value>,
  error: string | null
): void => {
  const { atMs } = draft
  const node = strand.node ?? ""
  if (error === null) draft.record({ _tag: "CompensationCompleted", atMs, node })
  else draft.record({ _tag: "CompensationFailed", atMs, node, error })
  draft.settleUndo(strand)
  undoNext(draft)
}

const lastToUndo = <Value>(draft: Draft<Value>): Note<Value> | undefined =>
  draft.undoCount === 0 ? undefined : draft.note(undoId(draft.undoCount - 1))

const conclude = <Value>(draft: Draft<Value>, outcome: Unhappy<Value>): void => {
  const { atMs } = draft
  if (outcome._tag === "Failed") {
    const { error, node } = outcome
    draft.record({ _tag: "RunFailed", atMs, node, error: draft.values.summaryOf(error) })
  } else {
    const { by, reason } = outcome
    draft.record({ _tag: "RunCancelled", atMs, reason, by })
  }
  draft.end(outcome)
}

// A failure is noted with its node and error; a cancellation, which has no node, with its reason and by.
const toNote = <Value>({ values }: Draft<Value>, outcome: Unhappy<Value>): Note<Value> =>
  outcome._tag === "Failed"
    ? { id: endingId, node: outcome.node, value: outcome.error, indices: [] }
    : {
        id: endingId,
        node: null,
        value: values.of(JSON.stringify([outcome.reason, outcome.by])),
        indices: []
      }

const toOutcome = <Value>(
  { values }: Draft<Value>,
  { node, value }: Note<Value>
): Unhappy<Value> => {
  if (node !== null) return { _tag: "Failed", error: value, node }
  const [reason = "", by = ""]: ReadonlyArray<string> = JSON.parse(values.textOf(value))
  return { _tag: "Cancelled", reason, by }
}
