// The tasks of the triage. What each computes stands in a file of its own; here it gets the name
// under which every worker finds it again, and what a durable run needs: errors, retries, keys.
import { task } from "onward"
import { setTimeout as sleep } from "node:timers/promises"
import { z } from "zod"
import type { Delivery } from "./payloads.ts"
import { type Person, peopleIn } from "./people.ts"
import { type Risk, riskOf } from "./risk.ts"
import { summaryOf } from "./summary.ts"

/** A payload that GitHub would not send. Its run fails with it. */
export class InvalidDelivery extends Error {
  override readonly name = "InvalidDelivery"
}

// Only what every event has; the rest is looked at where it is read.
const Envelope = z.looseObject({
  action: z.string().min(1).optional(),
  sender: z.looseObject({ login: z.string().min(1), id: z.int() }).optional(),
  repository: z.looseObject({ full_name: z.string().regex(/^[^/\s]+\/[^/\s]+$/) }).optional(),
  organization: z.looseObject({ login: z.string().min(1) }).optional()
})

export const validate = task("validate", { errors: [InvalidDelivery] }, (delivery: Delivery) => {
  const { error } = Envelope.safeParse(delivery.payload)
  if (error !== undefined) throw new InvalidDelivery(z.prettifyError(error))
  return delivery
})

export const scoreRisk = task("score-risk", (delivery: Delivery): Risk => riskOf(delivery))

/** Asks a directory for these people. It is far away and takes its time. */
export const findPeople = task(
  "find-people",
  { retry: { maxRetries: 3, initialDelay: "100ms", factor: 2 }, timeout: "5s" },
  async (delivery: Delivery, { signal }): Promise<ReadonlyArray<Person>> => {
    const people = peopleIn(delivery)
    await sleep(5 + 5 * people.length, undefined, { signal })
    return people
  }
)

export const renderSummary = task("render-summary", (delivery: Delivery): string =>
  summaryOf(delivery)
)

/** What the triage knows about a delivery when its branches have met. */
export interface Assessment extends Risk {
  readonly people: ReadonlyArray<Person>
  readonly summary: string
}

/** How a run ends: noted or told when nobody had to be asked, else as the answer was. */
export interface Verdict extends Assessment {
  readonly verdict: "noted" | "told" | "approved" | "refused"
  readonly ticket: Ticket | null
  readonly approval: Approval | null
}

export const fileAway = task("file-away", (assessment: Assessment): Verdict => {
  const isDull = assessment.people.length === 0 && assessment.score === 0
  return { ...assessment, verdict: isDull ? "noted" : "told", ticket: null, approval: null }
})

export interface Ticket {
  /** The tracker opens one ticket a key; a task that a crash cut off asks again with the same. */
  readonly key: string
  readonly title: string
}

/** An assessment with the ticket that waits for an answer. */
export interface Draft extends Assessment {
  readonly ticket: Ticket
}

export const draftTicket = task(
  "draft-ticket",
  async (assessment: Assessment, { idempotencyKey, signal }): Promise<Draft> => {
    await sleep(10, undefined, { signal })
    const { score, summary } = assessment
    return { ...assessment, ticket: { key: idempotencyKey, title: `[risk ${score}] ${summary}` } }
  }
)

export const Approval = z.object({
  approved: z.boolean(),
  by: z.string().min(1),
  note: z.string()
})
export type Approval = z.infer<typeof Approval>

/** Nobody answered: the safe answer is no. */
export const refuseUnanswered = task("refuse-unanswered", (_: Assessment): Approval => ({
  approved: false,
  by: "nobody",
  note: "no answer in time"
}))
