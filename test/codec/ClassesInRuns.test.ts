// Declared classes as a user meets them: through every way of running, and out of the file in another engine.
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, describe, expect, it } from "vitest"
import {
  Engine,
  run,
  runSync,
  sqlite,
  storable,
  type stored,
  type,
  workflow
} from "../../src/index.ts"
import * as Folder from "../store/Folder.ts"

const folder = Folder.make()
afterAll(() => Folder.remove(folder))

class Amount {
  declare readonly [stored]: true
  readonly #cents: bigint
  constructor(cents: bigint) {
    this.#cents = cents
  }
  get cents(): bigint {
    return this.#cents
  }
  plus(other: Amount): Amount {
    return new Amount(this.#cents + other.#cents)
  }
}
storable("Amount", {
  class: Amount,
  encode: ({ cents }) => cents,
  decode: (cents) => new Amount(cents)
})

const summing = workflow("summing", { input: type<{ readonly of: Amount }>() }, (b) =>
  b
    .step("double", ({ of }) => of.plus(of))
    .awaitSignal("more", type<Amount>())
    .fork({ a: (x) => x.step("left", (more) => more.plus(more)), b: (x) => x.delay(0) })
    .join("sum", ({ a, b }) => new Map([["total", a.plus(b)]]))
)

describe("an instance of a declared class", () => {
  it("is handed on as it is in process", async () => {
    const doubling = workflow("doubling", { input: type<Amount>() }, (b) =>
      b.step("double", (of) => of.plus(of)).step("pass", (of) => of)
    )
    expect((await run(doubling, new Amount(2n))).cents).toBe(4n)
    expect(runSync(doubling, new Amount(2n)).cents).toBe(4n)
  })

  it("goes through input, steps, signals, branches and result, also in another engine", async () => {
    const options = { store: sqlite(path.join(folder, "goes.db")), workflows: [summing] }
    const before = await Engine.open(options)
    await before.start(summing, { of: new Amount(1n) }, { id: "r" })
    await expect.poll(async () => (await before.get("r")).status).toBe("parked")
    await before.close()
    await using after = await Engine.open(options)
    const handle = await after.handle(summing, "r")
    await handle.signal("more", new Amount(5n))
    const result = await handle.result()
    expect(result.get("total")).toBeInstanceOf(Amount)
    expect(result.get("total")?.cents).toBe(15n)
  })

  it("blocks its run where the class is not declared, saying what to do, and loses nothing", async () => {
    const file = path.join(folder, "blocked.db")
    const open = (work = true) => Engine.open({ store: sqlite(file), workflows: [summing], work })
    const before = await open(false)
    await before.start(summing, { of: new Amount(1n) }, { id: "r" })
    await before.close()
    const rename = (from: string, to: string): void => {
      const db = new DatabaseSync(file)
      db.exec(`update input set value = replace(value, '"${from}"', '"${to}"')`)
      db.close()
    }
    rename("Amount", "Elsewhere")
    const broken = await open()
    await expect
      .poll(() => broken.get("r"), { timeout: 5_000 })
      .toMatchObject({
        status: "blocked",
        reason: expect.stringContaining('import the module that calls storable("Elsewhere", ...)')
      })
    await broken.close()
    rename("Elsewhere", "Amount")
    await using mended = await open()
    const handle = await mended.handle(summing, "r")
    await handle.signal("more", new Amount(1n))
    expect((await handle.result()).get("total")?.cents).toBe(3n)
  })
})
