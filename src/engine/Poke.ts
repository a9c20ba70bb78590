// What wakes a loop that looks at the store: a hint, or time. Hints of one turn of the event loop are one, and one
// that comes while the loop looks makes it look again.
import * as Effect from "effect/Effect"

export class Poke {
  #wake: (() => void) | null = null
  #isPoked = false

  /** There may be something to see. */
  poke(): void {
    if (this.#isPoked) return
    this.#isPoked = true
    setImmediate(() => this.#wake?.())
  }

  /** Looking begins: what is poked from now on has not been seen. */
  seen(): void {
    this.#isPoked = false
  }

  /** Waits for a poke since `seen`, at most so long. */
  wait(ms: number): Effect.Effect<void> {
    const latch = Effect.callback<void>((resume) => {
      if (this.#isPoked) return resume(Effect.void)
      this.#wake = () => {
        this.#wake = null
        resume(Effect.void)
      }
    })
    return Effect.raceFirst(latch, Effect.sleep(ms))
  }
}
