// What goes wrong around a run: its definition in the store, the store itself, the owner. One run may wait, with
// the reason; the others go on.
import { mkdtempSync, rmSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, describe, expect, it } from "vitest"
import { Engine, memory, run, sqlite, task, type, workflow } from "../../src/index.ts"
import type { Store } from "../../src/store/Store.ts"
import { StoreUnavailable } from "../../src/store/StoreError.ts"
import type { StoreSource } from "../../src/store/StoreSource.ts"

const folder = mkdtempSync(join(tmpdir(), "onward-broken-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const add = task("add", (n: number) => n + 1)
const input = type<number>()
const waiting = workflow("waiting", { input }, (b) => b.awaitSignal("go", input).then(add))
const waitingNext = workflow("waiting", { input, version: "2" }, (b) =>
  b.awaitSignal("go", input).then(add)
)
const other = workflow("other", { input }, (b) => b.then(add))

/** The same store, with some of its operations changed. */
const changed = (source: StoreSource, change: (store: Store) => Partial<Store>): StoreSource => ({
  name: source.name,
  open: Effect.map(source.open, (store) => ({ ...store, ...change(store) }))
})

describe("a run that cannot be taken up", () => {
  it("waits with the reason when its definition was tampered with, and the others go on", async () => {
    const path = join(folder, "tampered.db")
    const before = await Engine.open({ store: sqlite(path), workflows: [waiting] })
    await before.start(waiting, 1, { id: "r" })
    await before.close()
    const db = new DatabaseSync(path)
    db.exec(`update definition set json = replace(json, '"task":"add"', '"task":"steal"')`)
    db.close()
    // Today's workflow is another version: the run needs its own definition, from the store.
    await using after = await Engine.open({ store: sqlite(path), workflows: [waitingNext, other] })
    await after.signal("r", "go", 2)
    const blocked = expect.objectContaining({
      status: "blocked",
      reason: expect.stringContaining("has been changed")
    })
    await expect.poll(() => after.get("r")).toEqual(blocked)
    const handle = await after.start(other, 1)
    expect(await handle.result()).toBe(2)
  })

  it("is taken up a little later when only the store failed", async () => {
    let failures = 1
    const store = changed(memory(), (real) => ({
      definition: (hash) =>
        Effect.suspend(() =>
          failures-- > 0
            ? Effect.fail(
                new StoreUnavailable({
                  store: "test",
                  kind: "Locked",
                  doing: "read",
                  cause: "busy"
                })
              )
            : real.definition(hash)
        )
    }))
    const client = await Engine.open({ store, work: false })
    const handle = await client.start(waiting, 1, { id: "r" })
    await using worker = await Engine.open({ store, workflows: [waitingNext], pollMs: 50 })
    await handle.signal("go", 2)
    expect(await (await worker.handle(waitingNext, "r")).result()).toBe(3)
    expect(failures).toBeLessThan(1)
    await client.close()
  })
})

describe("an owner", () => {
  it("stops when it could not renew its lease for as long as one lasts", async () => {
    const shared = memory()
    const dying = changed(shared, (real) => ({
      leases: {
        ...real.leases,
        renew: () =>
          Effect.fail(
            new StoreUnavailable({ store: "test", kind: "Other", doing: "renew", cause: "gone" })
          )
      }
    }))
    let interrupted = false
    const slow = task("slow", async (n: number, { signal }) => {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 3_000)
        signal.addEventListener("abort", () => {
          interrupted = true
          clearTimeout(timer)
          resolve()
        })
      })
      return n
    })
    const slowly = workflow("slowly", { input }, (b) => b.then(slow))
    await using old = await Engine.open({ store: dying, workflows: [slowly], leaseMs: 150 })
    await old.start(slowly, 1)
    await expect.poll(() => interrupted, { timeout: 2_000 }).toBe(true)
  })

  it("does not look again and again at what another owner has to claim", async () => {
    let claims = 0
    const store = changed(memory(), (real) => ({
      claim: () =>
        Effect.sync(() => {
          claims += 1
          return []
        }),
      write: real.write
    }))
    await using engine = await Engine.open({ store, workflows: [other], runsMax: 1, pollMs: 100 })
    const client = await Engine.open({ store, work: false })
    await client.start(other, 1)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(claims).toBeLessThan(20)
    await client.close()
    void engine
  })
})

describe("a start", () => {
  it("at no time at all is refused, and nothing is stored", async () => {
    await using engine = await Engine.open({ store: memory(), workflows: [other] })
    const start = engine.start(other, 1, { id: "r", startAt: new Date(Number.NaN) })
    await expect(start).rejects.toMatchObject({ _tag: "InvalidStartTime" })
    await expect(engine.get("r")).rejects.toMatchObject({ _tag: "RunNotFound" })
  })

  it("under the id of another workflow's run is refused", async () => {
    await using engine = await Engine.open({ store: memory(), workflows: [other, waiting] })
    await engine.start(waiting, 1, { id: "r" })
    const start = engine.start(other, 1, { id: "r", onConflict: "useExisting" })
    await expect(start).rejects.toMatchObject({ _tag: "RunOfOtherWorkflow", found: "waiting" })
    await expect(engine.handle(other, "r")).rejects.toMatchObject({ _tag: "RunOfOtherWorkflow" })
    await engine.start(other, 1, { id: "o", startAt: new Date("2100-01-01") })
    const send = engine.signal("o", "go", 1, { keepFor: waiting })
    await expect(send).rejects.toMatchObject({ _tag: "RunOfOtherWorkflow", found: "other" })
  })
})

describe("a failing task", () => {
  it("of a very wide fork is nobody's unhandled rejection", async () => {
    const unhandled: Array<unknown> = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on("unhandledRejection", note)
    const fails = task("fails", async (n: number): Promise<number> => {
      await Promise.resolve()
      throw new Error(`no ${n}`)
    })
    const branches = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`b${i}`, fails]))
    const wide = workflow("wide", { input }, (b) => b.fork(branches).join())
    await expect(run(wide, 1)).rejects.toThrow("no 1")
    await new Promise((resolve) => setTimeout(resolve, 50))
    process.off("unhandledRejection", note)
    expect(unhandled).toEqual([])
  })

  it("may throw what has no text", async () => {
    const odd = task("odd", (_: number): number => {
      throw Object.create(null)
    })
    const oddly = workflow("oddly", { input }, (b) => b.then(odd))
    await using engine = await Engine.open({ store: memory(), workflows: [oddly] })
    const handle = await engine.start(oddly, 1)
    await expect(handle.result()).rejects.toEqual({})
  })
})

describe("a result", () => {
  it("comes also when the run was taken over and ended elsewhere", async () => {
    const shared = memory()
    const waits = task("waits", async (n: number) => {
      await new Promise((resolve) => setTimeout(resolve, 400))
      return n + 1
    })
    const taking = workflow("taking", { input }, (b) => b.then(waits))
    const stalled = changed(shared, (real) => ({
      leases: { ...real.leases, renew: () => Effect.succeed(true) }
    }))
    await using first = await Engine.open({ store: stalled, workflows: [taking], leaseMs: 100 })
    const handle = await first.start(taking, 1, { id: "r" })
    const result = handle.result()
    await new Promise((resolve) => setTimeout(resolve, 150))
    await using second = await Engine.open({ store: shared, workflows: [taking] })
    expect(await result).toBe(2)
    void second
  })
})
