// A store whose values are sealed: whatever people or programs wrote goes in sealed and comes out open. It adds
// nothing else to the store that it wraps. A value that does not open harms its own run only, and only by having
// it wait. Without a seal it lets all through, and refuses what somebody else has sealed.
import * as Effect from "effect/Effect"
import {
  fromText,
  isSealed,
  keyOf,
  type Seal,
  toText,
  toUnreadable,
  UnreadableSeal
} from "../../codec/Seal.ts"
import type { HistoryEvent } from "../../run/History.ts"
import type { Signal, StoredStrand } from "../../run/Snapshot.ts"
import type { Answer, Claimed, Request, Run, Store, Text, Write } from "../Store.ts"

/** `store` with its values sealed; null: with none of them opened. */
export const make = (store: Store, seal: Seal | null): Store => {
  const opener = new Opener(seal)
  return {
    ...store,
    write: (batch) =>
      Effect.map(
        Effect.suspend(() => store.write(seal === null ? batch : batch.map(sealer(seal)))),
        (answers) => answers.map((answer, index) => opener.answer(answer, batch[index]?.id ?? ""))
      ),
    claim: (leases, max) =>
      Effect.map(store.claim(leases, max), (runs) => runs.map((run) => opener.claimed(run))),
    news: (leases) =>
      Effect.map(store.news(leases), (all) =>
        all.map((news) => ({
          ...news,
          request: opener.request(news.request, news.id),
          signals: opener.signals(news.signals, news.id)
        }))
      ),
    get: (id) => Effect.map(store.get(id), (run) => (run === null ? null : opener.run(run))),
    list: (query) => Effect.map(store.list(query), (runs) => runs.map((run) => opener.run(run))),
    published: (id) =>
      Effect.map(store.published(id), (text) => (text === null ? null : opener.text(text, id))),
    history: (id) =>
      Effect.map(store.history(id), (events) =>
        events.map((event) => withWords(event, (words) => opener.words(words, id)))
      )
  }
}

const sealer =
  (seal: Seal) =>
  (write: Write): Write => {
    const close = (text: string): string => toText(seal.seal(text, write.id))
    switch (write._tag) {
      case "Submit":
        return { ...write, input: close(write.input) }
      case "Send":
        return { ...write, payload: close(write.payload) }
      case "Control":
        return { ...write, reason: close(write.reason), by: close(write.by) }
      case "Checkpoint": {
        const { next } = write
        return {
          ...write,
          strands: write.strands.map((strand) => withValue(strand, close)),
          events: write.events.map((event) => withWords(event, close)),
          next: next._tag === "Finish" ? { ...next, result: close(next.result) } : next
        }
      }
    }
  }

class Opener {
  readonly #seal: Seal | null

  constructor(seal: Seal | null) {
    this.#seal = seal
  }

  claimed(run: Claimed): Claimed {
    const { id } = run
    const open = (text: Text): Text => this.#open(text, id)
    try {
      return {
        ...run,
        input: open(run.input),
        trunk: run.trunk === null ? null : withValue(run.trunk, open),
        branches: run.branches.map((strand) => withValue(strand, open)),
        signals: run.signals.map((signal) => ({ ...signal, payload: open(signal.payload) })),
        request: this.request(run.request, id)
      }
    } catch (error) {
      // Whoever takes the run up looks at its input, and refuses the run with this for the reason.
      return {
        ...run,
        get input(): Text {
          throw error
        }
      }
    }
  }

  answer(answer: Answer, id: string): Answer {
    switch (answer._tag) {
      case "Submitted":
        return { ...answer, signals: this.signals(answer.signals, id) }
      case "Stored":
        return { ...answer, request: this.request(answer.request, id) }
      default:
        return answer
    }
  }

  /** A payload that does not open throws when a strand takes it, which stops this run alone. */
  signals(signals: ReadonlyArray<Signal<Text>>, id: string): ReadonlyArray<Signal<Text>> {
    const open = (text: Text): Text => this.#open(text, id)
    return signals.map(({ name, payload, seq }) => {
      try {
        return { seq, name, payload: open(payload) }
      } catch (error) {
        return {
          seq,
          name,
          get payload(): Text {
            throw error
          }
        }
      }
    })
  }

  /** A result that does not open throws when it is decoded: the run can still be listed and looked up. */
  run(run: Run): Run {
    const request = this.request(run.request, run.id)
    const result = run.result === null ? null : this.text(run.result, run.id)
    return { ...run, request, result }
  }

  /** The same for any text that is decoded later. */
  text(text: Text, id: string): Text {
    try {
      return this.#open(text, id)
    } catch (error) {
      if (!(error instanceof UnreadableSeal)) throw error
      return toUnreadable(error)
    }
  }

  request(request: Request | null, id: string): Request | null {
    if (request === null) return null
    const { by, intent, reason } = request
    return { intent, reason: this.words(reason, id), by: this.words(by, id) }
  }

  /** What is only shown to people says so when it does not open. */
  words(words: string, id: string): string {
    try {
      return this.#open(words, id)
    } catch (error) {
      return `[${error instanceof Error ? error.message : String(error)}]`
    }
  }

  /** Throws `UnreadableSeal`. What was stored before there was a seal is open. */
  #open(text: Text, runId: string): Text {
    if (!isSealed(text)) return text
    try {
      if (this.#seal === null) throw new TypeError("this engine has no seal")
      return this.#seal.open(fromText(text), runId)
    } catch (cause) {
      const fault = cause instanceof Error ? cause.message : String(cause)
      throw new UnreadableSeal({ runId, key: keyOf(text), fault })
    }
  }
}

const withValue = (strand: StoredStrand<Text>, change: (text: Text) => Text): StoredStrand<Text> =>
  strand.value === null ? strand : { ...strand, value: change(strand.value) }

/** The fields of an event in which a message of an error, or words of a person, can stand. */
const worded: ReadonlySet<string> = new Set(["error", "reason", "by"])

/** By the names of the fields and not by kind of event, so that a new kind is covered. */
const withWords = (event: HistoryEvent, change: (words: string) => string): HistoryEvent => {
  const fields = Object.entries(event)
  if (!fields.some(([name]) => worded.has(name))) return event
  const changed = fields.map(([name, field]) => [
    name,
    worded.has(name) && typeof field === "string" ? change(field) : field
  ])
  // Sound: each field keeps its type.
  return Object.fromEntries(changed) as HistoryEvent
}
