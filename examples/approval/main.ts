// An expense waits for its approver. Reminders go out while nobody answers; after the third the
// question goes one level up, and the answer decides what happens.
import { Engine, memory, task, type, workflow } from "onward"
import { setTimeout as sleep } from "node:timers/promises"

interface Expense {
  readonly who: string
  readonly euros: number
}
/** Where the question stands: an expense, how often it was asked, and the answer when there is one. */
interface Asked {
  readonly expense: Expense
  readonly reminders: number
  readonly answer: "approved" | "refused" | "none"
}
interface Answer {
  readonly approve: boolean
}

const remindersMax = 3

const remind = task("remind", (asked: Asked): Asked => {
  console.log(`  reminder ${asked.reminders + 1}: ${asked.expense.who} waits`)
  return { ...asked, reminders: asked.reminders + 1 }
})

const pay = task("pay", ({ expense }: Asked) => `paid ${expense.euros} to ${expense.who}`)
const refuse = task("refuse", ({ expense }: Asked) => `refused ${expense.who}`)

const expense = workflow("expense", { input: type<Expense>() }, (b) =>
  b
    .step("open", (expense): Asked => ({ expense, reminders: 0, answer: "none" }))
    .loop(
      (b) =>
        b
          .keep("asked")
          .awaitSignal("answer", type<Answer>(), {
            timeout: "100ms",
            onTimeout: (b) => b.then(remind)
          })
          .step("answered", (value, { results }): Asked => {
            if (!("approve" in value)) return value
            return { ...results.asked, answer: value.approve ? "approved" : "refused" }
          }),
      { while: ({ answer, reminders }) => answer === "none" && reminders < remindersMax }
    )
    .routeOn("answer", {
      approved: pay,
      refused: refuse,
      none: (b) => b.step("escalate", ({ expense }) => `escalated: nobody answered ${expense.who}`)
    })
)

await using engine = await Engine.open({ store: memory(), workflows: [expense] })

console.log("Anna's approver is quick:")
const anna = await engine.start(expense, { who: "Anna", euros: 40 })
await anna.signal("answer", { approve: true })
console.log(`  ${await anna.result()}`)

console.log("Ben's approver needs a reminder:")
const ben = await engine.start(expense, { who: "Ben", euros: 900 })
await sleep(150)
await ben.signal("answer", { approve: false })
console.log(`  ${await ben.result()}`)

console.log("Cleo's approver is on holiday:")
const cleo = await engine.start(expense, { who: "Cleo", euros: 70 })
console.log(`  ${await cleo.result()}`)
