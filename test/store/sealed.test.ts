// The sealed store is a store, and nothing that people or programs wrote passes through it unsealed.
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { randomBytes } from "node:crypto"
import { describe, expect, it } from "vitest"
import { decode, encode } from "../../src/codec/Codec.ts"
import { fromText, isSealed, type Seal, toText, UnreadableSeal } from "../../src/codec/Seal.ts"
import type { Store } from "../../src/store/Store.ts"
import { aes256gcm, InvalidSeal } from "../../src/store/sealed/Aes256Gcm.ts"
import * as SealedStore from "../../src/store/sealed/SealedStore.ts"
import * as MemoryStore from "../../src/store/memory/MemoryStore.ts"
import { storable } from "../codec/arbitrary.ts"
import { conformance } from "./conformance.ts"
import * as Scene from "./conformance/Scene.ts"

const keys = { k1: randomBytes(32), k2: randomBytes(32) }
const seal = aes256gcm({ keys, current: "k2" })
const old = aes256gcm({ keys: { k1: keys.k1 }, current: "k1" })

const open = (seal: Seal | null) => Effect.sync(() => SealedStore.make(MemoryStore.make(), seal))

conformance("sealed memory", open(seal), { seesDeadOwners: false })
conformance("memory without a seal", open(null), { seesDeadOwners: false })

const secret = "4111-1111"
const words = `"${secret}"`

/** A run that has written a secret wherever there is place for one. */
const fill = (store: Store) =>
  Effect.gen(function* () {
    const { ask, claim } = yield* Scene.make(Effect.succeed(store))
    yield* ask(Scene.send("r", { payload: words, keep: true, name: "early" }))
    yield* ask(Scene.submit("r", { input: words }))
    const [run] = yield* claim()
    if (run === undefined) throw new Error("a submitted run can be claimed")
    yield* ask(Scene.send("r", { payload: words }))
    yield* ask({ ...Scene.control("r", "cancel"), reason: secret, by: secret })
    const event = { atMs: 1, node: "a", attempt: 1, error: secret, retryAtMs: null }
    yield* ask(
      Scene.checkpoint(run, {
        strands: [Scene.strand("", words), Scene.strand("a/b", words)],
        events: [
          { _tag: "AttemptFailed", ...event },
          { _tag: "ErrorCaught", atMs: 1, node: "a", error: secret },
          { _tag: "RunFailed", atMs: 1, node: "a", error: secret },
          { _tag: "RunCancelled", atMs: 1, reason: secret, by: secret }
        ],
        next: { _tag: "Release" }
      })
    )
    return { ask, claim }
  }).pipe(Effect.scoped)

/** All that a store gives out about the run, claiming it. */
const readAll = (store: Store) =>
  Effect.gen(function* () {
    const { ask, claim } = yield* fill(store)
    const claimed = yield* claim()
    const lease = { partition: 0, owner: "first", epoch: 1 }
    yield* ask(Scene.send("r", { payload: words }))
    const news = yield* store.news([lease])
    const [run] = claimed
    if (run === undefined) throw new Error("a released run can be claimed")
    const waiting = yield* store.get("r")
    yield* ask(Scene.checkpoint(run, { next: Scene.finish(words) }))
    const done = yield* store.get("r")
    return { claimed, news, waiting, done, history: yield* store.history("r") }
  })

const raw = (): Store => MemoryStore.make()
const run = Effect.runPromise

describe("the sealed store", () => {
  it("hands the store below nothing that can be read, and gives it all back", async () => {
    const below = raw()
    const inside: Array<unknown> = []
    const spy: Store = {
      ...below,
      write: (batch) => {
        inside.push(batch)
        return below.write(batch)
      }
    }
    const found = await run(readAll(SealedStore.make(spy, seal)))
    expect(JSON.stringify(inside)).not.toContain(secret)
    const plain = await run(readAll(raw()))
    // Times and epochs differ from one store to the next.
    const texts = (value: unknown) => JSON.stringify(value).split(secret).length
    for (const key of ["claimed", "waiting", "done", "history"] as const) {
      expect(texts(found[key]), key).toBe(texts(plain[key]))
      expect(texts(found[key]), key).toBeGreaterThan(1)
    }
    expect(JSON.stringify(found)).not.toContain("$sealed")
  })

  it("writes JSON that says which key it takes", async () => {
    const below = raw()
    await run(fill(SealedStore.make(below, seal)))
    const history = await run(below.history("r"))
    const [{ error }] = history as unknown as readonly [{ readonly error: string }]
    expect(JSON.parse(error)).toStrictEqual({
      $sealed: { key: "k2", iv: expect.any(String), data: expect.any(String) }
    })
  })

  it("reads what was stored before there was a seal", async () => {
    const below = raw()
    await run(fill(below))
    const history = await run(SealedStore.make(below, seal).history("r"))
    expect(history).toEqual(await run(below.history("r")))
  })
})

describe.each<[string, Seal | null, string]>([
  ["without its key", old, "with key 'k2' and does not open: the key is not known here"],
  ["without a seal", null, "with key 'k2' and does not open: this engine has no seal"]
])("a store %s", (_, reader, fault) => {
  const unreadable = expect.objectContaining({
    _tag: "UnreadableSeal",
    runId: "r",
    key: "k2",
    message: expect.stringContaining(fault)
  })

  it("claims a run whose values do not open as one that says so, beside others", async () => {
    const below = raw()
    await run(fill(SealedStore.make(below, seal)))
    const store = SealedStore.make(below, reader)
    await run(store.write([Scene.submit("s", { input: words })]))
    const lease = { partition: 0, owner: "first", epoch: 1 }
    const claimed = new Map((await run(store.claim([lease], 9))).map((run) => [run.id, run]))
    expect(claimed.get("s")?.input).toBe(words)
    expect(claimed.size).toBe(2)
    expect(() => claimed.get("r")?.input).toThrow(unreadable)
  })

  it("gives a result that decodes to the error, and a history that shows it", async () => {
    const below = raw()
    await run(readAll(SealedStore.make(below, seal)))
    const store = SealedStore.make(below, reader)
    const [listed] = await run(store.list(Scene.query()))
    const found = await run(store.get("r"))
    expect(found?.status).toBe("completed")
    for (const result of [found?.result, listed?.result]) {
      expect(() => decode(result ?? "")).toThrow(UnreadableSeal)
      expect(() => decode(result ?? "")).toThrow(unreadable)
    }
    const history = await run(store.history("r"))
    expect(JSON.stringify(history)).toContain(fault)
  })

  it("gives news whose payload throws when it is taken", async () => {
    const below = raw()
    const writer = SealedStore.make(below, seal)
    const { claim } = await run(fill(writer))
    await run(claim())
    await run(writer.write([Scene.send("r", { payload: words })]))
    const store = SealedStore.make(below, reader)
    const news = await run(store.news([{ partition: 0, owner: "first", epoch: 1 }]))
    const [signal] = news[0]?.signals ?? []
    expect(signal?.name).toBe("early")
    expect(() => signal?.payload).toThrow(unreadable)
  })
})

describe("aes256gcm", () => {
  it("gives back any value", () => {
    fc.assert(
      fc.property(storable(), fc.string(), (value, runId) => {
        const text = encode(value)
        expect(seal.open(seal.seal(text, runId), runId)).toBe(text)
      }),
      { numRuns: 100 }
    )
  })

  it("seals one text otherwise each time", () => {
    const texts = Array.from({ length: 100 }, () => JSON.stringify(seal.seal("1", "r")))
    expect(new Set(texts).size).toBe(100)
  })

  it("opens with the key that is named, and seals with the current one", () => {
    const before = old.seal(words, "r")
    expect(before).toMatchObject({ key: "k1" })
    expect(seal.open(before, "r")).toBe(words)
    expect(seal.seal(words, "r")).toMatchObject({ key: "k2" })
  })

  it("does not open what belongs to another run", () => {
    expect(() => seal.open(seal.seal(words, "r"), "s")).toThrow("belongs to another run")
  })

  it("does not open what was changed, anywhere", () => {
    const sealed = seal.seal(words, "r") as Record<string, string>
    for (const part of ["iv", "data"]) {
      const bytes = Buffer.from(sealed[part] ?? "", "base64")
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ 1
        const text = { ...sealed, [part]: changed.toString("base64") }
        expect(() => seal.open(text, "r")).toThrow("it was changed")
      }
      // A tag that is cut off is no tag.
      for (const length of [0, 4, bytes.length - 1]) {
        const text = { ...sealed, [part]: bytes.subarray(0, length).toString("base64") }
        expect(() => seal.open(text, "r")).toThrow("it was changed")
      }
    }
    expect(() => seal.open({ ...sealed, key: "k1" }, "r")).toThrow("it was changed")
    expect(() => seal.open({ ...sealed, key: "k3" }, "r")).toThrow("the key is not known here")
    expect(() => seal.open("text", "r")).toThrow("another seal wrote it")
    expect(() => seal.open({ key: "k1" }, "r")).toThrow("another seal wrote it")
  })

  it.each<[string, unknown]>([
    ["key 'a' has 16 bytes, give 32", { keys: { a: randomBytes(16) }, current: "a" }],
    ["key 'a' is no Uint8Array", { keys: { a: "secret" }, current: "a" }],
    ["the current key 'b' is not among the keys", { keys: { a: keys.k1 }, current: "b" }]
  ])("refuses keys that are none: %s", (fault, options) => {
    expect(() => aes256gcm(options as never)).toThrow(InvalidSeal)
    expect(() => aes256gcm(options as never)).toThrow(fault)
  })
})

describe("a sealed text", () => {
  it("is nothing that encode writes", () => {
    for (const value of [{ $sealed: "x" }, { $sealed: { key: "k2" } }, `{"$sealed":1}`]) {
      expect(isSealed(encode(value))).toBe(false)
      expect(decode(encode(value))).toStrictEqual(value)
    }
  })

  it("is told from damaged ones", () => {
    expect(fromText(toText("abc"))).toBe("abc")
    for (const text of ["{", "1", "{}", '{"$sealed":1}', '{"$sealed":{"key":2}}']) {
      expect(() => fromText(text)).toThrow()
    }
  })

  it("decodes to an error when nobody has opened it", () => {
    expect(() => decode(toText(seal.seal(words, "r")))).toThrow(UnreadableSeal)
    expect(() => decode(toText("abc"))).toThrow("nothing has opened it")
  })
})
