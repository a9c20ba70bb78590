// The file is a promise to stored values: this text decodes to this value, in every later release.
// To add a value, add it to values.ts and its line to values-1.json by hand; a failing test prints
// the text. A line that is there never changes. What makes the encoding write another text for one
// of these values needs a new marker, and a new line, while the old line still decodes.
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { decode, encode } from "../../src/codec/Codec.ts"
import { values } from "./values.ts"

const golden: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(new URL("../golden/values-1.json", import.meta.url), "utf8")
)

describe("the text of values as it was frozen", () => {
  it("covers every value of the table and no other", () => {
    expect(Object.keys(golden)).toEqual(Object.keys(values))
  })

  it.each(Object.entries(values))("is written for %s", (name, value) => {
    expect(encode(value)).toBe(JSON.stringify(golden[name]))
  })

  it("is as docs/formats.md shows it", () => {
    const docs = readFileSync(new URL("../../docs/formats.md", import.meta.url), "utf8")
    const examples = [...docs.matchAll(/`(\{"\$.*?\})`/g)].map(([, text = ""]) => text)
    expect(examples.length).toBeGreaterThan(10)
    for (const text of examples) expect(encode(decode(text))).toBe(text)
  })

  it.each(Object.entries(values))("is read as %s", (name, value) => {
    expect(decode(JSON.stringify(golden[name]))).toStrictEqual(value)
  })
})
