// A long list: it completes, also when its process is killed in the middle, and what one finished element costs
// does not grow with the length of the list. Counted in writes and bytes, not in time.
import * as Effect from "effect/Effect"
import { fork } from "node:child_process"
import { once } from "node:events"
import path from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Engine, sqlite } from "../../src/index.ts"
import type { Checkpoint } from "../../src/store/Store.ts"
import { memory, type StoreSource } from "../../src/store/StoreSource.ts"
import * as Folder from "../store/Folder.ts"
import { longList } from "./fixtures/longList.ts"

let folder = ""
beforeEach(() => {
  folder = Folder.make()
})
afterEach(() => Folder.remove(folder))

const length = 10_000
const sum = length * (length - 1)

describe("ten thousand elements", { timeout: 60_000 }, () => {
  it("complete on sqlite", async () => {
    await using engine = await Engine.open({
      store: sqlite(path.join(folder, "test.db")),
      workflows: [longList]
    })
    expect(await (await engine.start(longList, length)).result()).toBe(sum)
  })

  it("complete when the process is killed in the middle, and few run again", async () => {
    const file = path.join(folder, "test.db")
    const store = sqlite(file, { pollMs: 10 })
    const client = await Engine.open({ store, workflows: [longList], work: false })
    const { id } = await client.start(longList, length, { id: "long" })
    const script = path.join(import.meta.dirname, "fixtures/longList.ts")
    const execArgv = ["--conditions=onward-source", "--disable-warning=ExperimentalWarning"]
    const worker = fork(script, [file], { execArgv })
    const first = new Set<number>()
    worker.on("message", (n: number) => {
      first.add(n)
      if (first.size === length / 2) worker.kill("SIGKILL")
    })
    await once(worker, "exit")
    const done = (await client.history(id)).filter(({ _tag }) => _tag === "BranchEnded").length
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThan(length)
    const second = fork(script, [file], { execArgv })
    const again: Array<number> = []
    second.on("message", (n: number) => again.push(n))
    expect(await (await client.handle(longList, id)).result()).toBe(sum)
    second.disconnect()
    await once(second, "exit")
    await client.close()
    // What was recorded does not run again, and all else runs once.
    expect(again).toHaveLength(length - done)
    expect(new Set([...first, ...again]).size).toBe(length)
  })
})

/** What the checkpoints of one run hold. */
const weigh = async (length: number) => {
  const checkpoints: Array<Checkpoint> = []
  const inner = memory()
  const source: StoreSource = {
    name: "weighed",
    open: Effect.map(inner.open, (store) => ({
      ...store,
      write: (batch) => {
        for (const item of batch) if (item._tag === "Checkpoint") checkpoints.push(item)
        return store.write(batch)
      }
    }))
  }
  await using engine = await Engine.open({ store: source, workflows: [longList] })
  await (await engine.start(longList, length)).result()
  // Those that hold the whole list, as it goes in and as it comes out, are not those of an element.
  const ofElements = checkpoints.filter(({ strands }) => strands.every(({ id }) => id !== ""))
  const finished = ofElements.flatMap(({ events }) =>
    events.filter(({ _tag }) => _tag === "BranchEnded")
  ).length
  const bytes = ofElements.map(({ consumed, events, joined, strands }) =>
    JSON.stringify([consumed, events, joined, strands])
  )
  const rows = ofElements.flatMap(({ joined, strands }) => [...joined, ...strands])
  return { finished, bytes: bytes.join("").length / finished, rows: rows.length / finished }
}

describe("one finished element", () => {
  it("costs the same bytes and rows in a short list and in a long one", async () => {
    const short = await weigh(200)
    const long = await weigh(4_000)
    expect(short.finished).toBeGreaterThanOrEqual(100)
    expect(long.finished).toBeGreaterThanOrEqual(3_900)
    // Indices have more digits in a long list, and that is all.
    expect(long.bytes).toBeLessThan(short.bytes * 1.1)
    expect(long.rows).toBeLessThan(short.rows * 1.1)
    expect(long.rows).toBeLessThan(1.1)
  })
})
