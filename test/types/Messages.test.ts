// What an author reads who has written a wrong program.
import { expect, it } from "vitest"
import { listed, messagesOf } from "./messages.ts"

it("says in a sentence what is wrong with a program", { timeout: 60_000 }, async () => {
  const found = messagesOf(new URL("fixtures/mistakes.ts", import.meta.url))
  expect([...found].filter(([, text]) => text === "")).toEqual([])
  // The long one is TypeScript's own account of how two types of a union differ.
  expect([...found].filter(([, text]) => text.length > 400).map(([name]) => name)).toEqual([
    "result that its schema refuses"
  ])
  await expect(listed(found)).toMatchFileSnapshot("golden/messages.txt")
})
