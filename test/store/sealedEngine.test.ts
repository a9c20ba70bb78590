// Sealing as a user meets it: through the engine, on a file that anybody may read.
import { randomBytes } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { deflateRawSync, inflateRawSync } from "node:zlib"
import { afterAll, describe, expect, it } from "vitest"
import {
  aes256gcm,
  Engine,
  memory,
  type Seal,
  sqlite,
  type,
  UnreadableSeal,
  workflow
} from "../../src/index.ts"
import * as Folder from "./Folder.ts"

const folder = Folder.make()
afterAll(() => Folder.remove(folder))

let files = 0
const newFile = (): string => path.join(folder, `${++files}.db`)

const bytes = { k1: randomBytes(32), k2: randomBytes(32) }
const first = aes256gcm({ keys: { k1: bytes.k1 }, current: "k1" })
const second = aes256gcm({ keys: { k2: bytes.k2 }, current: "k2" })
const both = aes256gcm({ keys: bytes, current: "k2" })

const secret = "4111-1111-1111-1111"
const text = type<string>()

const echo = workflow("echo", { input: text }, (b) =>
  b
    .step("first", (given) => `${given} a`)
    .awaitSignal("more", text)
    .step("last", (more) => `${more} b`)
)
const plainly = workflow("plainly", { input: text }, (b) => b.step("pass", (given) => given))
const failing = workflow("failing", { input: text }, (b) =>
  b.step("fail", (given): string => {
    throw new Error(`no ${given}`)
  })
)
const workflows = [echo, plainly, failing]

const openOn = (file: string, seal?: Seal) =>
  Engine.open({ store: sqlite(file), workflows, pollMs: 50, ...(seal !== undefined && { seal }) })

const parked = async (engine: Engine, id: string) => {
  const handle = await engine.start(echo, secret, { id })
  await expect.poll(async () => (await handle.status()).status).toBe("parked")
  return handle
}

/** What anybody can read who has the file, and what lies beside it. */
const contents = (file: string): string =>
  readdirSync(folder)
    .filter((name) => name.startsWith(path.basename(file)))
    .map((name) => readFileSync(path.join(folder, name), "latin1"))
    .join("")

const exec = (file: string, sql: string): void => {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}

describe("the file of an engine", () => {
  /** Writes the secret as input, value, output, error, payload, reason and name of who asks. */
  const fill = async (file: string, seal?: Seal): Promise<ReadonlyArray<string>> => {
    const engine = await openOn(file, seal)
    const handle = await parked(engine, "a")
    const seen = [contents(file)]
    await handle.signal("more", secret)
    expect(await handle.result()).toBe(`${secret} b`)
    const failed = await engine.start(failing, secret, { id: "f" })
    await expect(failed.result()).rejects.toThrow(`no ${secret}`)
    const waiting = await parked(engine, "w")
    await waiting.cancel({ reason: secret, by: secret })
    await expect(waiting.result()).rejects.toMatchObject({ reason: secret, by: secret })
    const early = { keepFor: echo }
    await engine.signal("later", "more", secret, early)
    expect(JSON.stringify(await engine.history("f"))).toContain(secret)
    seen.push(contents(file))
    await engine.close()
    return [...seen, contents(file)]
  }

  it("holds nothing of any value under a seal, while it works and after", async () => {
    for (const content of await fill(newFile(), both)) {
      expect(content).toContain("$sealed")
      expect(content).not.toContain(secret)
      expect(content).not.toContain("4111")
    }
    // The test would see it.
    for (const content of await fill(newFile())) expect(content).toContain(secret)
  })
})

describe("a new key", () => {
  it("seals what old runs write from now on, and they go on", async () => {
    const file = newFile()
    const before = await openOn(file, first)
    await parked(before, "r")
    await before.close()
    expect(contents(file)).not.toContain('"key":"k2"')
    await using after = await openOn(file, both)
    const handle = await after.handle(echo, "r")
    await handle.signal("more", "x")
    expect(await handle.result()).toBe("x b")
    const db = new DatabaseSync(file)
    const row = db.prepare("select result from run where id = 'r'").get()
    db.close()
    expect(row?.["result"]).toContain('{"$sealed":{"key":"k2",')
  })

  it("may be the first one: what is stored in the open is read all the same", async () => {
    const file = newFile()
    const before = await openOn(file)
    await parked(before, "r")
    await before.close()
    await using after = await openOn(file, both)
    const handle = await after.handle(echo, "r")
    await handle.signal("more", "x")
    expect(await handle.result()).toBe("x b")
  })
})

/** Stores runs `s` and `t` under the first key; nobody drives them yet. */
const submitted = async (file: string): Promise<void> => {
  await using client = await Engine.open({ store: sqlite(file), work: false, seal: first })
  await client.start(plainly, "s", { id: "s" })
  await client.start(plainly, secret, { id: "t" })
}

const keyOf = (id: string): string => `(select key from run where id = '${id}')`
const inputOf = (id: string): string => `(select value from input where run = ${keyOf(id)})`

describe("a run whose values do not open", () => {
  it.each<[string, { readonly harm: string; readonly seal?: Seal; readonly fault: string }]>([
    [
      "where its key is not known",
      { harm: "", seal: second, fault: "the key is not known here, add it to the keys" }
    ],
    ["where there is no seal at all", { harm: "", fault: "this engine has no seal" }],
    [
      "when they were changed",
      {
        harm: `update input set value = replace(value, '"data":"', '"data":"AAAA') where run = ${keyOf("t")}`,
        seal: both,
        fault: "it was changed"
      }
    ],
    [
      "when they are another run's",
      {
        harm: `update input set value = ${inputOf("s")} where run = ${keyOf("t")}`,
        seal: both,
        fault: "belongs to another run"
      }
    ]
  ])("is blocked %s, beside others that go on, and loses nothing", async (_, by) => {
    const file = newFile()
    await submitted(file)
    exec(file, `create table kept as select * from input; ${by.harm}`)
    const broken = await openOn(file, by.seal)
    await expect.poll(() => broken.get("t")).toMatchObject({ status: "blocked", missing: [] })
    const { reason } = (await broken.get("t")) as unknown as { readonly reason: string }
    expect(reason).toContain("UnreadableSeal: A value of run 't' was sealed with key 'k1'")
    expect(reason).toContain(by.fault)
    expect(await (await broken.start(plainly, "ok")).result()).toBe("ok")
    await broken.close()
    exec(
      file,
      "update input set value = kept.value from kept where kept.run = input.run; drop table kept"
    )
    await using mended = await openOn(file, both)
    expect(await (await mended.handle(plainly, "t")).result()).toBe(secret)
  })

  it("has a result that rejects with the reason, and a history that can be read", async () => {
    const file = newFile()
    const before = await openOn(file, first)
    await (await before.start(plainly, secret, { id: "r" })).result()
    const cancelled = await parked(before, "c")
    await cancelled.cancel({ reason: secret })
    await expect(cancelled.result()).rejects.toThrow(secret)
    await before.close()
    for (const seal of [second, undefined]) {
      const engine = await openOn(file, seal)
      for (const id of ["r", "c"]) {
        const unreadable = expect.objectContaining({ _tag: "UnreadableSeal", runId: id, key: "k1" })
        const handle = await engine.handle(id === "r" ? plainly : echo, id)
        await expect(handle.result()).rejects.toThrow(unreadable)
        await expect(handle.status()).rejects.toThrow(UnreadableSeal)
        expect((await engine.history(id)).length).toBeGreaterThan(0)
      }
      expect(JSON.stringify(await engine.history("c"))).toContain("does not open")
      await engine.close()
    }
    await using mended = await openOn(file, both)
    expect(await (await mended.handle(plainly, "r")).result()).toBe(secret)
  })

  it("is blocked by a signal that came while it was driven", async () => {
    const store = memory()
    const gate = Promise.withResolvers<void>()
    const slow = workflow("slow", { input: text }, (b) =>
      b
        .step("wait", async (given) => {
          await gate.promise
          return given
        })
        .awaitSignal("more", text)
    )
    const client = await Engine.open({ store, workflows: [slow], work: false, seal: both })
    const worker = await Engine.open({ store, workflows: [slow], seal: first, pollMs: 20 })
    const handle = await worker.start(slow, "x", { id: "r" })
    await client.signal("r", "more", "y")
    gate.resolve()
    await expect
      .poll(() => worker.get("r"))
      .toMatchObject({
        status: "blocked",
        reason: expect.stringContaining("was sealed with key 'k2'")
      })
    void handle
    await worker.close()
    const mended = await Engine.open({ store, workflows: [slow], seal: both })
    expect(await (await mended.handle(slow, "r")).result()).toBe("y")
    await mended.close()
    await client.close()
  })
})

describe("a seal of one's own", () => {
  it("may make values smaller", async () => {
    const file = newFile()
    const deflate: Seal = {
      seal: (text) => deflateRawSync(text).toString("base64"),
      open: (sealed) => {
        if (typeof sealed !== "string") throw new TypeError("another seal wrote it")
        return inflateRawSync(Buffer.from(sealed, "base64")).toString()
      }
    }
    const long = "long ".repeat(20_000)
    await using engine = await openOn(file, deflate)
    expect(await (await engine.start(plainly, long)).result()).toBe(long)
    expect(contents(file).length).toBeLessThan(200_000)
    expect(contents(file)).not.toContain("long long")
  })

  it.each([{}, 1, null, "aes", { seal: 1 }])("is refused when it is none: %j", async (seal) => {
    const options = { store: memory(), seal: seal as unknown as Seal }
    await expect(Engine.open(options)).rejects.toMatchObject({
      _tag: "InvalidArgument",
      argument: "seal"
    })
  })
})
