// A delivery in one line, for a person who was not there.
import { actorOf, type Delivery, eventOf, placeOf } from "./payloads.ts"

const lengthMax = 80

/** `Codertocat: issues opened, #1 "Spelling error in the README", in Codertocat/Hello-World`. */
export const summaryOf = (delivery: Delivery): string => {
  const what = eventOf(delivery).replaceAll(/[._]/g, " ")
  const subject = subjectOf(delivery)
  const about = subject === null ? "" : `, ${shortened(subject)}`
  return `${actorOf(delivery)}: ${what}${about}, in ${placeOf(delivery)}`
}

const shortened = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim()
  return line.length <= lengthMax ? line : `${line.slice(0, lengthMax).trimEnd()}...`
}

const subjectOf = (delivery: Delivery): string | null => {
  switch (delivery.name) {
    case "issues":
    case "issue_comment":
      return numbered(delivery.payload.issue)
    case "pull_request":
    case "pull_request_review":
    case "pull_request_review_comment":
    case "pull_request_review_thread":
      return numbered(delivery.payload.pull_request)
    case "discussion":
    case "discussion_comment":
      return numbered(delivery.payload.discussion)
    case "push": {
      const { commits, ref } = delivery.payload
      return `${commits.length} commit${commits.length === 1 ? "" : "s"} on ${ref}`
    }
    case "create":
    case "delete":
      return `${delivery.payload.ref_type} ${delivery.payload.ref}`
    case "release":
      return delivery.payload.release.tag_name
    case "check_run":
      return delivery.payload.check_run.name
    case "workflow_run":
      return delivery.payload.workflow_run.name
    case "workflow_job":
      return delivery.payload.workflow_job.name
    case "code_scanning_alert":
      return delivery.payload.alert.rule.description
    case "dependabot_alert":
      return delivery.payload.alert.security_advisory.summary
    case "repository_vulnerability_alert": {
      const { affected_package_name: name, affected_range: versions } = delivery.payload.alert
      return `${name} ${versions}`
    }
    case "security_advisory":
      return delivery.payload.security_advisory.summary
    case "member":
      return delivery.payload.member.login
    default:
      return null
  }
}

const numbered = ({ number, title }: { readonly number: number; readonly title: string }): string =>
  `#${number} "${title}"`
