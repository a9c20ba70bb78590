// The messages of one run, in their order, and whoever waits for the next.

export class Mailbox<Message> {
  #messages: Array<Message> = []
  #next = 0
  #wake: (() => void) | null = null

  get isEmpty(): boolean {
    return this.#next === this.#messages.length
  }

  /** Whether somebody waits for a message. */
  get isAwaited(): boolean {
    return this.#wake !== null
  }

  post(message: Message): void {
    // A chain of synchronous tasks never finds the list empty: it is cleared here, not when nothing comes.
    if (this.isEmpty && this.#next > 0) {
      this.#messages = []
      this.#next = 0
    }
    this.#messages.push(message)
    this.wake()
  }

  take(): Message | undefined {
    const message = this.#messages[this.#next]
    if (message !== undefined) this.#next += 1
    return message
  }

  /** Calls `wake` once, when a message comes. */
  wait(wake: () => void): void {
    this.#wake = wake
  }

  wake(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }

  waitNoMore(): void {
    this.#wake = null
  }
}
