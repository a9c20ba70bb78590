// One writer a process: everything that wants to be stored meets here, and whatever has gathered when the last
// write returned is committed as one transaction. No timer: a lone write waits for one turn of the event loop,
// a thousand share one commit.
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Answer, Store, Write } from "./Store.ts"
import { type StoreError, StoreUnavailable } from "./StoreError.ts"

/** Somebody with something to store. */
export interface Source {
  /** Asked when the batch is put together, so that what came meanwhile is in it. Null: no longer needed. */
  readonly seal: () => Write | null
  /** Called once, when what was sealed is durable. */
  readonly stored: (answer: Answer) => void
  /** Called when it could not be stored. True: keep it, and ask for the same again later. */
  readonly failed: (error: StoreError) => boolean
}

const rowsMax = 512
const bytesMax = 4_000_000
const retryMinMs = 100
const retryMaxMs = 5_000

export class CheckpointWriter {
  readonly #store: Store
  readonly #context: Context.Context<never>
  #queue: Array<Source> = []
  #isBusy = false
  #isClosed = false
  #retryMs = retryMinMs
  #retry: NodeJS.Timeout | undefined
  #onIdle: (() => void) | null = null

  constructor(store: Store, context: Context.Context<never>) {
    this.#store = store
    this.#context = context
  }

  add(source: Source): void {
    if (this.#isClosed) {
      source.failed(closed())
      return
    }
    this.#queue.push(source)
    this.#schedule()
  }

  /** Waits until nothing is left to write. */
  readonly idle: Effect.Effect<void> = Effect.callback((resume) => {
    const look = () => {
      if (this.#queue.length === 0 && !this.#isBusy) resume(Effect.void)
      else this.#onIdle = look
    }
    look()
  })

  /** Nothing is written any more: what has not been stored is told so. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#retry)
    const left = this.#queue
    this.#queue = []
    for (const source of left) source.failed(closed())
  }

  #schedule(): void {
    if (this.#isBusy || this.#retry !== undefined) return
    this.#isBusy = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    const { sources, writes } = this.#take()
    if (writes.length === 0) return this.#settled()
    Effect.runCallbackWith(this.#context)(this.#store.write(writes), {
      onExit: (exit) => {
        if (Exit.isSuccess(exit)) this.#stored(sources, exit.value)
        else this.#failed(sources, toStoreError(exit.cause))
      }
    })
  }

  #take(): { readonly sources: ReadonlyArray<Source>; readonly writes: ReadonlyArray<Write> } {
    const sources: Array<Source> = []
    const writes: Array<Write> = []
    let bytes = 0
    let taken = 0
    while (taken < this.#queue.length && writes.length < rowsMax && bytes < bytesMax) {
      const source = this.#queue[taken++]!
      const write = source.seal()
      if (write === null) continue
      sources.push(source)
      writes.push(write)
      bytes += sizeOf(write)
    }
    this.#queue = this.#queue.slice(taken)
    return { sources, writes }
  }

  #stored(sources: ReadonlyArray<Source>, answers: ReadonlyArray<Answer>): void {
    this.#retryMs = retryMinMs
    sources.forEach((source, index) => source.stored(answers[index]!))
    this.#settled()
  }

  /** Who asked is told; a run keeps what it has to store, until the store takes it. */
  #failed(sources: ReadonlyArray<Source>, error: StoreError): void {
    const kept = sources.filter((source) => source.failed(error) && !this.#isClosed)
    this.#queue = [...kept, ...this.#queue]
    this.#isBusy = false
    if (kept.length === 0 || this.#isClosed) return this.#settled()
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#schedule()
    }, this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, retryMaxMs)
  }

  #settled(): void {
    this.#isBusy = false
    if (this.#queue.length > 0) this.#schedule()
    else this.#onIdle?.()
  }
}

const closed = (): StoreError =>
  new StoreUnavailable({ store: "of this engine", kind: "Closed", doing: "write", cause: "closed" })

const toStoreError = (cause: Cause.Cause<StoreError>): StoreError => {
  const squashed = Cause.squash(cause)
  const isKnown = (error: unknown): error is StoreError =>
    typeof error === "object" && error !== null && "_tag" in error && "store" in error
  return isKnown(squashed)
    ? squashed
    : new StoreUnavailable({
        store: "of this engine",
        kind: "Other",
        doing: "write",
        cause: squashed
      })
}

const sizeOf = (write: Write): number => {
  switch (write._tag) {
    case "Submit":
      return write.input.length
    case "Send":
      return write.payload.length
    case "Control":
      return 0
    case "Checkpoint": {
      const result = write.next._tag === "Finish" ? write.next.result.length : 0
      return write.strands.reduce((sum, { value }) => sum + (value?.length ?? 0), result)
    }
  }
}
