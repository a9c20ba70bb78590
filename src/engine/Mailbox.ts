// The messages of one run, in their order, and whoever waits for the next. A list of cells, for there is mostly one:
// an array that is filled and emptied all the time would be most of what a step allocates.

class Cell<Message> {
  readonly message: Message
  next: Cell<Message> | null = null

  constructor(message: Message) {
    this.message = message
  }
}

export class Mailbox<Message> {
  #first: Cell<Message> | null = null
  #last: Cell<Message> | null = null
  #wake: (() => void) | null = null

  get isEmpty(): boolean {
    return this.#first === null
  }

  /** Whether somebody waits for a message. */
  get isAwaited(): boolean {
    return this.#wake !== null
  }

  post(message: Message): void {
    const cell = new Cell(message)
    if (this.#last === null) this.#first = cell
    else this.#last.next = cell
    this.#last = cell
    this.wake()
  }

  take(): Message | undefined {
    const cell = this.#first
    if (cell === null) return undefined
    this.#first = cell.next
    if (cell.next === null) this.#last = null
    return cell.message
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
