// How risky a delivery is. A change of who may do what weighs most; the payload says the rest.
import type { Delivery } from "./payloads.ts"

export interface Risk {
  readonly score: number
  readonly reasons: ReadonlyArray<string>
}

/** Something that speaks for a closer look. */
interface Finding {
  readonly weight: number
  readonly reason: string
}

/**
 * Why a person has to agree before anything is done about it; null when nobody has to be asked.
 * A look at name and action, cheap enough to choose the workflow by.
 */
export const sensitiveBecause = (delivery: Delivery): string | null => {
  switch (delivery.name) {
    case "branch_protection_rule":
      return delivery.payload.action === "created" ? null : "branch protection was changed"
    case "code_scanning_alert":
      return delivery.payload.action === "fixed" ? null : "a code scanning alert needs a look"
    case "dependabot_alert":
      return delivery.payload.action === "fixed" ? null : "a dependency is vulnerable"
    case "repository_vulnerability_alert":
      return "a dependency is vulnerable"
    case "security_advisory":
      return delivery.payload.action === "withdrawn" ? null : "a security advisory is out"
    case "deploy_key":
      return delivery.payload.action === "created" ? "a deploy key was added" : null
    case "push":
      return delivery.payload.forced ? "history was rewritten" : null
    case "public":
      return "a repository became public"
    case "repository":
      return repositoryBecause(delivery.payload.action)
    case "meta":
      return "a webhook was deleted"
    default:
      return accessBecause(delivery)
  }
}

const repositoryBecause = (action: string): string | null => {
  if (action === "publicized") return "a repository became public"
  if (action === "deleted" || action === "transferred") return "a repository changed hands"
  return null
}

const accessBecause = ({ name, payload }: Delivery): string | null => {
  switch (name) {
    case "member":
      return payload.action === "removed" ? null : "a collaborator got access"
    case "membership":
      return payload.action === "added" ? "a team got a member" : null
    case "organization":
      return payload.action.startsWith("member_") ? "the organization's members changed" : null
    case "team":
      return payload.action === "added_to_repository" ? "a team got access" : null
    case "team_add":
      return "a team got access"
    case "installation":
      return payload.action === "created" || payload.action === "new_permissions_accepted"
        ? "an app got access"
        : null
    case "installation_repositories":
      return payload.action === "added" ? "an app got access" : null
    default:
      return null
  }
}

/** All that speaks for a closer look, each with its weight. */
export const riskOf = (delivery: Delivery): Risk => {
  const sensitive = sensitiveBecause(delivery)
  const found = [
    ...(sensitive === null ? [] : [{ weight: 5, reason: sensitive }]),
    ...severityOf(delivery),
    ...failureOf(delivery),
    ...strangerOf(delivery),
    ...secretsOf(delivery)
  ]
  return {
    score: found.reduce((sum, { weight }) => sum + weight, 0),
    reasons: found.map(({ reason }) => reason)
  }
}

const severities: Readonly<Record<string, number>> = {
  critical: 4,
  high: 3,
  error: 3,
  moderate: 2,
  medium: 2,
  warning: 2
}

const severityOf = (delivery: Delivery): ReadonlyArray<Finding> => {
  const severity = severityText(delivery)
  const weight = severity === null ? undefined : severities[severity]
  return weight === undefined ? [] : [{ weight, reason: `severity ${severity}` }]
}

const severityText = (delivery: Delivery): string | null => {
  switch (delivery.name) {
    case "code_scanning_alert":
      return delivery.payload.alert.rule.severity
    case "dependabot_alert":
      return delivery.payload.alert.security_advisory.severity
    case "repository_vulnerability_alert":
      return delivery.payload.alert.severity
    case "security_advisory":
      return delivery.payload.security_advisory.severity
    default:
      return null
  }
}

const failureOf = (delivery: Delivery): ReadonlyArray<Finding> => {
  switch (delivery.name) {
    case "check_run":
      return failedWith(delivery.payload.check_run.conclusion)
    case "check_suite":
      return failedWith(delivery.payload.check_suite.conclusion)
    case "workflow_run":
      return failedWith(delivery.payload.workflow_run.conclusion)
    case "workflow_job":
      return failedWith(delivery.payload.workflow_job.conclusion)
    case "status":
      return failedWith(delivery.payload.state)
    default:
      return []
  }
}

const failedWith = (conclusion: string | null): ReadonlyArray<Finding> =>
  conclusion === "failure" || conclusion === "error" || conclusion === "timed_out"
    ? [{ weight: 1, reason: "a check failed" }]
    : []

const strangerOf = (delivery: Delivery): ReadonlyArray<Finding> => {
  const association = associationOf(delivery)
  return association === "NONE" || association === "FIRST_TIMER"
    ? [{ weight: 1, reason: "written by a stranger" }]
    : []
}

const associationOf = ({ name, payload }: Delivery): string | null => {
  switch (name) {
    case "issues":
      return payload.issue.author_association
    case "issue_comment":
    case "commit_comment":
    case "discussion_comment":
    case "pull_request_review_comment":
      return payload.comment.author_association
    case "pull_request":
      return payload.pull_request.author_association
    case "pull_request_review":
      return payload.review.author_association
    default:
      return null
  }
}

const secrets: ReadonlyArray<readonly [what: string, pattern: RegExp]> = [
  ["an AWS key id", /\bAKIA[0-9A-Z]{16}\b/],
  ["a GitHub token", /\bgh[opsur]_[0-9A-Za-z]{36}\b/],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/]
]

const secretsOf = ({ payload }: Delivery): ReadonlyArray<Finding> => {
  const text = JSON.stringify(payload)
  return secrets
    .filter(([, pattern]) => pattern.test(text))
    .map(([what]) => ({ weight: 3, reason: `${what} in the payload` }))
}
