// What the compiler says where a Layer is missing.
import { expect, it } from "vitest"
import { listed, messagesOf } from "../types/messages.ts"

it("names the services that are missing", { timeout: 60_000 }, async () => {
  const found = messagesOf(new URL("fixtures/mistakes.ts", import.meta.url))
  expect([...found].filter(([, text]) => text === "")).toEqual([])
  await expect(listed(found)).toMatchFileSnapshot("golden/messages.txt")
})
