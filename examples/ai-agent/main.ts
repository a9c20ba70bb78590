// An agent: the model says what to do, a tool does it, and the model sees what came of it, until it
// answers. What costs money waits for a person. Each call is stored, so that a crash repeats none.
// The model is a stand-in that needs no network and always says the same.
import { Engine, memory, task, type, workflow } from "onward"

interface Message {
  readonly from: "user" | "tool" | "person"
  readonly text: string
}
interface Thread {
  readonly messages: ReadonlyArray<Message>
  readonly next: Action
}
type Action =
  | { readonly tool: "search"; readonly query: string }
  | { readonly tool: "book"; readonly train: string; readonly euros: number }
  | { readonly tool: "answer"; readonly text: string }

const think = (messages: ReadonlyArray<Message>): Action => {
  const last = messages.at(-1)?.text ?? ""
  if (messages.length === 1) return { tool: "search", query: last }
  if (last.startsWith("found")) return { tool: "book", train: "ICE 599", euros: 79 }
  return {
    tool: "answer",
    text: last === "yes" ? "Your seat is booked." : "I have booked nothing."
  }
}

const model = task("model", { retry: { maxRetries: 5 } }, (thread: Thread): Thread => {
  const next = think(thread.messages)
  console.log(`  model: ${JSON.stringify(next)}`)
  return { ...thread, next }
})

const add = (thread: Thread, from: Message["from"], text: string): Thread => ({
  ...thread,
  messages: [...thread.messages, { from, text }]
})

const agent = workflow("agent", { input: type<string>() }, (b) =>
  b
    .step("ask", (text): Thread => ({
      messages: [{ from: "user", text }],
      next: { tool: "answer", text: "" }
    }))
    .loop(
      (b) =>
        b
          .then(model)
          .keep("thread")
          .step("action", ({ next }) => next)
          .routeOn("tool", {
            search: (b) =>
              b.step("found", ({ query }, { results }) =>
                add(results.thread, "tool", `found ICE 599 for "${query}"`)
              ),
            book: (b) =>
              b
                .awaitSignal("allowed", type<boolean>(), {
                  timeout: "1d",
                  onTimeout: (b) => b.step("unanswered", () => false)
                })
                .step("booked", (allowed, { results }) =>
                  add(results.thread, "person", allowed ? "yes" : "no")
                ),
            answer: (b) => b.step("same", (_, { results }) => results.thread)
          }),
      { while: ({ next }) => next.tool !== "answer", max: 10 }
    )
    .step("reply", ({ next }) => (next.tool === "answer" ? next.text : "I gave up."))
)

await using engine = await Engine.open({ store: memory(), workflows: [agent] })
for (const allowed of [true, false]) {
  console.log(`A person who says ${allowed ? "yes" : "no"}:`)
  const run = await engine.start(agent, "a train to Munich tomorrow")
  await run.signal("allowed", allowed)
  console.log(`  ${await run.result()}`)
}
