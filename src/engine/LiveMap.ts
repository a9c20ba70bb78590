// A map whose entries come and go by the thousand a second. V8 leaves the entries of a table that a Map has outgrown
// as they are, and each such table refers to the next: one that has grown old keeps every later entry from being
// collected young. Here a table refers to a cell, which is emptied when its entry goes.

interface Cell<Value> {
  value: Value | undefined
}

export class LiveMap<Key, Value extends object> {
  readonly #cells = new Map<Key, Cell<Value>>()

  get size(): number {
    return this.#cells.size
  }

  get(key: Key): Value | undefined {
    return this.#cells.get(key)?.value
  }

  set(key: Key, value: Value): void {
    const cell = this.#cells.get(key)
    if (cell === undefined) this.#cells.set(key, { value })
    else cell.value = value
  }

  delete(key: Key): void {
    const cell = this.#cells.get(key)
    if (cell === undefined) return
    cell.value = undefined
    this.#cells.delete(key)
  }

  clear(): void {
    for (const cell of this.#cells.values()) cell.value = undefined
    this.#cells.clear()
  }

  keys(): ReadonlyArray<Key> {
    return [...this.#cells.keys()]
  }

  values(): ReadonlyArray<Value> {
    return [...this.#cells.values()].flatMap(({ value }) => value ?? [])
  }
}
