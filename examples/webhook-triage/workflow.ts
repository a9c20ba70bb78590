// The two ways through the triage. They begin alike: validate, look at it from three sides at once,
// and let a burst of events calm down. A sensitive delivery then waits until a person has answered,
// while its ticket is drafted.
import { type, workflow } from "onward"
import type { Delivery } from "./payloads.ts"
import { sensitiveBecause } from "./risk.ts"
import {
  Approval,
  draftTicket,
  fileAway,
  findPeople,
  refuseUnanswered,
  renderSummary,
  scoreRisk,
  validate,
  type Verdict
} from "./tasks.ts"

export const triage = workflow("triage", { input: type<Delivery>() }, (b) =>
  b
    .then(validate)
    .fork({ risk: scoreRisk, people: findPeople, summary: renderSummary })
    .join("assess", ({ people, risk, summary }) => ({ ...risk, people, summary }))
    .delay("200ms")
    .then(fileAway)
)

export const sensitiveTriage = workflow("sensitive-triage", { input: type<Delivery>() }, (b) =>
  b
    .then(validate)
    .fork({ risk: scoreRisk, people: findPeople, summary: renderSummary })
    .join("assess", ({ people, risk, summary }) => ({ ...risk, people, summary }))
    .delay("200ms")
    .fork({
      draft: draftTicket,
      approval: (b) =>
        b.awaitSignal("approval", Approval, {
          timeout: "1d",
          onTimeout: (b) => b.then(refuseUnanswered)
        })
    })
    .join("decide", ({ approval, draft }): Verdict => ({
      ...draft,
      verdict: approval.approved ? "approved" : "refused",
      approval
    }))
)

/** Which of the two a delivery takes: by the delivery alone, so that every start agrees. */
export const triageFor = (delivery: Delivery) =>
  sensitiveBecause(delivery) === null ? triage : sensitiveTriage
