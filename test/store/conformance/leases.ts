import { expect } from "vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { spawnSync } from "node:child_process"
import { hostname } from "node:os"
import type { Capabilities } from "../conformance.ts"
import { checkpoint, control, finish, ids, type It, owner, send, submit, ttlMs } from "./Scene.ts"

export const leases = (it: It, { seesDeadOwners }: Capabilities): void => {
  it("belong to one owner until they end", ({ lease, store: { leases: rows } }) =>
    Effect.gen(function* () {
      expect(lease).toMatchObject({ partition: 0, owner: "first" })
      yield* TestClock.adjust(ttlMs - 1)
      expect(yield* rows.take(0, owner("second"), ttlMs)).toBeNull()
      yield* TestClock.adjust(1)
      const newer = yield* rows.take(0, owner("second"), ttlMs)
      expect(newer).toMatchObject({ partition: 0, owner: "second" })
      expect(newer!.epoch).toBeGreaterThan(lease.epoch)
    }))

  it("end at now + ttl after a renewal, not later", ({ lease, store: { leases: rows } }) =>
    Effect.gen(function* () {
      yield* TestClock.adjust(1)
      for (let round = 0; round < 3; round++) expect(yield* rows.renew(lease, ttlMs)).toBe(true)
      yield* TestClock.adjust(ttlMs - 1)
      expect(yield* rows.take(0, owner("second"), ttlMs)).toBeNull()
      yield* TestClock.adjust(1)
      expect(yield* rows.take(0, owner("second"), ttlMs)).not.toBeNull()
    }))

  it("can be renewed late, as long as nobody else has taken them", ({ lease, store }) =>
    Effect.gen(function* () {
      yield* TestClock.adjust(ttlMs * 2)
      expect(yield* store.leases.renew(lease, ttlMs)).toBe(true)
      expect(yield* store.leases.take(0, owner("second"), ttlMs)).toBeNull()
    }))

  it("that are stale cannot be renewed and release nothing", ({ lease, store: { leases: rows } }) =>
    Effect.gen(function* () {
      yield* TestClock.adjust(ttlMs)
      const newer = yield* rows.take(0, owner("second"), ttlMs)
      expect(yield* rows.renew(lease, ttlMs)).toBe(false)
      yield* rows.release(lease)
      expect(yield* rows.take(0, owner("third"), ttlMs)).toBeNull()
      expect(yield* rows.renew(newer!, ttlMs)).toBe(true)
    }))

  it("that are released are free at once, and cannot be renewed", ({ lease, store }) =>
    Effect.gen(function* () {
      const { leases: rows } = store
      yield* rows.release(lease)
      expect(yield* rows.renew(lease, ttlMs)).toBe(false)
      const newer = yield* rows.take(0, owner("second"), ttlMs)
      expect(newer!.epoch).toBeGreaterThan(lease.epoch)
    }))

  it("can be taken again by their own owner, whose answer or release was lost", (scene) =>
    Effect.gen(function* () {
      const { lease, store } = scene
      const again = yield* store.leases.take(0, owner("first"), ttlMs)
      expect(again!.epoch).toBeGreaterThan(lease.epoch)
      expect(yield* store.leases.renew(lease, ttlMs)).toBe(false)
    }))

  it("that pass to another fence the drivers of the old owner, and free their runs", (scene) =>
    Effect.gen(function* () {
      const { ask, driven, lease, store } = scene
      const old = yield* driven("a")
      yield* ask(send("a"))
      yield* ask(control("a", "pause"))
      yield* TestClock.adjust(ttlMs)
      const newer = yield* store.leases.take(0, owner("second"), ttlMs)
      expect(yield* ask(checkpoint(old, { next: finish() }))).toEqual({ _tag: "Fenced" })
      expect((yield* store.get("a"))?.status).toBe("queued")
      expect(yield* store.claim([lease], 10)).toEqual([])
      const [run] = yield* store.claim([newer!], 10)
      expect(run).toMatchObject({ id: "a", request: { intent: "pause" }, sent: old.sent + 2 })
      expect(run!.signals).toHaveLength(1)
      expect(run!.epoch).toBeGreaterThan(old.epoch)
      expect(yield* ask(checkpoint(old, { next: finish() }))).toEqual({ _tag: "Fenced" })
      expect(yield* ask(checkpoint(run!, { next: finish() }))).toMatchObject({ _tag: "Stored" })
    }))

  it("that pass to another make blocked runs claimable, and no other that waits", (scene) =>
    Effect.gen(function* () {
      const { ask, lease, parked, paused, store } = scene
      yield* parked("blocked", { status: "blocked" })
      yield* parked("parked")
      yield* parked("asleep", { wakeAtMs: ttlMs * 9 })
      yield* paused("paused")
      yield* ask(submit("later", { startAtMs: ttlMs * 9 }))
      expect(yield* store.claim([lease], 10)).toEqual([])
      yield* store.leases.release(lease)
      const newer = yield* store.leases.take(0, owner("second"), ttlMs)
      expect(ids(yield* store.claim([newer!], 10))).toEqual(["blocked"])
    }))

  if (seesDeadOwners) {
    it("of a process that is gone are free at once", ({ lease, store: { leases: rows } }) =>
      Effect.gen(function* () {
        yield* rows.release(lease)
        const { pid } = spawnSync(process.execPath, ["--version"])
        const gone = { id: "gone", host: hostname(), pid: pid ?? 0 }
        const alive = { id: "alive", host: hostname(), pid: process.pid }
        const theirs = yield* rows.take(0, gone, ttlMs)
        const ours = yield* rows.take(0, alive, ttlMs)
        expect(ours!.epoch).toBeGreaterThan(theirs!.epoch)
        expect(yield* rows.take(0, { ...alive, id: "another" }, ttlMs)).toBeNull()
      }))

    it("of a process on another machine are not, whatever its number", ({ lease, store }) =>
      Effect.gen(function* () {
        yield* store.leases.release(lease)
        const { pid } = spawnSync(process.execPath, ["--version"])
        const far = { id: "far", host: "another machine", pid: pid ?? 0 }
        expect(yield* store.leases.take(0, far, ttlMs)).not.toBeNull()
        expect(yield* store.leases.take(0, owner("near"), ttlMs)).toBeNull()
      }))
  }
}
