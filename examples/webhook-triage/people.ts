// Whom a delivery concerns: the people that its payload names, in the part that they have in it.
import { actorOf, type Delivery } from "./payloads.ts"

export interface Person {
  readonly login: string
  readonly because: string
}

/** Everyone to tell, once each, by name. The one who did it knows already, and bots do not read. */
export const peopleIn = (delivery: Delivery): ReadonlyArray<Person> => {
  const actor = actorOf(delivery)
  const people = new Map<string, Person>()
  for (const person of concernedBy(delivery)) {
    if (person.login === actor || person.login.endsWith("[bot]")) continue
    if (!people.has(person.login)) people.set(person.login, person)
  }
  return [...people.values()].toSorted((a, b) => (a.login < b.login ? -1 : 1))
}

const concernedBy = (delivery: Delivery): ReadonlyArray<Person> => {
  switch (delivery.name) {
    case "issues":
    case "issue_comment":
      return [
        ...named("opened the issue", delivery.payload.issue.user),
        ...named("is assigned", ...delivery.payload.issue.assignees)
      ]
    case "pull_request":
    case "pull_request_review":
    case "pull_request_review_comment":
    case "pull_request_review_thread":
      return concernedByPullRequest(delivery.payload.pull_request)
    case "push":
      return delivery.payload.commits.flatMap(({ author }) =>
        named("wrote a commit", { login: author.username })
      )
    case "release":
      return named("made the release", delivery.payload.release.author)
    case "discussion":
    case "discussion_comment":
      return named("started the discussion", delivery.payload.discussion.user)
    case "member":
      return [...named("is the collaborator", delivery.payload.member), ...ownerOf(delivery)]
    case "membership":
      return [...named("is the member", delivery.payload.member), ...ownerOf(delivery)]
    case "deployment_status":
      return named("deployed", delivery.payload.deployment.creator)
    default:
      return ownerOf(delivery)
  }
}

type PullRequest = Extract<
  Delivery,
  { readonly name: `pull_request${string}` }
>["payload"]["pull_request"]

const concernedByPullRequest = (pullRequest: PullRequest): ReadonlyArray<Person> => [
  ...named("opened the pull request", pullRequest.user),
  ...named("is assigned", ...pullRequest.assignees),
  ...pullRequest.requested_reviewers.flatMap((reviewer) =>
    "login" in reviewer ? named("is asked to review", reviewer) : []
  )
]

const ownerOf = ({ payload }: Delivery): ReadonlyArray<Person> =>
  "repository" in payload && payload.repository
    ? named("owns the repository", payload.repository.owner)
    : []

type Account = { readonly login?: string | undefined } | null | undefined

const named = (because: string, ...accounts: ReadonlyArray<Account>): ReadonlyArray<Person> =>
  accounts.flatMap((account) => (account?.login ? [{ login: account.login, because }] : []))
