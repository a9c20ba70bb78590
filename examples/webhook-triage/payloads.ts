// What comes in: the example payloads of `@octokit/webhooks-examples`, in the order of the package.
// A delivery joins the name of an event to the payload of that event, so a look at `name` tells the
// compiler which payload it has.
import type { WebhookDefinition } from "@octokit/webhooks-examples"
import type { WebhookEventMap, WebhookEventName } from "@octokit/webhooks-types"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"

/** One webhook call: the event's name and its payload. The id is ours, and names the run. */
export type Delivery = {
  readonly [Name in WebhookEventName]: {
    readonly id: string
    readonly name: Name
    readonly payload: WebhookEventMap[Name]
  }
}[WebhookEventName]

/** Every delivery, always in the same order and with the same ids. */
export const readDeliveries = async (): Promise<ReadonlyArray<Delivery>> => {
  const file = createRequire(import.meta.url).resolve("@octokit/webhooks-examples")
  // Sound as far as the package's types are; what the tasks rely on is checked by `validate`.
  const definitions = JSON.parse(await readFile(file, "utf8")) as ReadonlyArray<WebhookDefinition>
  return definitions
    .flatMap(({ examples, name }) => examples.map((payload) => ({ name, payload })))
    .map(({ name, payload }, index) => {
      const position = String(index + 1).padStart(4, "0")
      // Sound: a definition holds examples of its own event.
      const delivery = { name, payload } as Delivery
      return { ...delivery, id: `${position}-${eventOf(delivery)}` }
    })
}

/** `issues.opened`, or `push` for an event without actions. */
export const eventOf = ({ name, payload }: Delivery): string =>
  "action" in payload && payload.action !== undefined ? `${name}.${payload.action}` : name

/** The repository it happened in, or the organization, or else GitHub as a whole. */
export const placeOf = ({ payload }: Delivery): string => {
  if ("repository" in payload && payload.repository) return payload.repository.full_name
  if ("organization" in payload && payload.organization) return payload.organization.login
  return "GitHub"
}

/** Who caused it; GitHub itself, where nobody did. */
export const actorOf = ({ payload }: Delivery): string =>
  "sender" in payload && payload.sender ? payload.sender.login : "github"
