// Definitions as text: what a store keeps and a tool edits. Whoever reads one back may rely on it,
// because it went through the same checks as one that was just built.
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { Definition, format } from "./Definition.ts"
import { assertValid } from "./Validate.ts"

/** Stored data of a later release. Nothing of it was read: only a later release can. */
export class NewerFormat extends Schema.TaggedError<NewerFormat>()("NewerFormat", {
  /** What was to be read, as a sentence starts: `The definition in orders.json`. */
  what: Schema.String,
  found: Schema.Number,
  /** The newest format that this release reads. */
  known: Schema.Number
}) {
  override get message(): string {
    const { what, found, known } = this
    return `${what} has format ${found}, and this release reads up to ${known}: upgrade onward`
  }
}

/** Text that is no definition at all, with everything that is wrong with its shape. */
export class MalformedDefinition extends Schema.TaggedError<MalformedDefinition>()(
  "MalformedDefinition",
  {
    where: Schema.String,
    faults: Schema.Array(Schema.Struct({ path: Schema.String, detail: Schema.String }))
  }
) {
  override get message(): string {
    const lines = this.faults.map(
      ({ path, detail }) => `\n- ${path === "" ? "" : `${path}: `}${detail}`
    )
    return `${this.where} holds no workflow definition:${lines.join("")}`
  }
}

/** One line of JSON. Keys stay in the order that they have. */
export const toJson = (definition: Definition): string => JSON.stringify(definition)

/**
 * The valid definition that `text` holds; `where` names its place in errors. Throws `NewerFormat`
 * before it looks at anything else, then `MalformedDefinition` for a wrong shape, unknown
 * properties included, then `InvalidDefinition`: each with all faults that it finds.
 */
export const fromJson = (text: string, where: string): Definition => {
  const json = parse(text, where)
  const found = formatOf(json)
  if (found > format)
    throw new NewerFormat({ what: `The definition in ${where}`, found, known: format })
  return assertValid(decode(json, where))
}

const parse = (text: string, where: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw malformed(where, `the text is not JSON: ${String(cause)}`)
  }
}

const formatOf = (json: unknown): number => {
  const hasFormat = typeof json === "object" && json !== null && "format" in json
  return hasFormat && typeof json.format === "number" ? json.format : 0
}

const decode = (json: unknown, where: string): Definition => {
  if (isDeeper(json, levels)) throw malformed(where, `it is nested deeper than ${levels} levels`)
  const result = decodeDefinition(json)
  if (Result.isSuccess(result)) return result.success
  const faults = formatIssue(result.failure.issue).issues.map(({ message, path = [] }) => ({
    path: path.map(String).join(" > "),
    detail: message
  }))
  throw new MalformedDefinition({ where, faults })
}

const decodeDefinition = Schema.decodeUnknownResult(Definition, {
  errors: "all",
  onExcessProperty: "error"
})
const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * Only JSON Schemas in `types` nest at all. Those that fit are decoded, hashed and written without
 * harm.
 */
const levels = 500

const isDeeper = (json: unknown, limit: number): boolean =>
  typeof json === "object" &&
  json !== null &&
  (limit === 0 || Object.values(json).some((member) => isDeeper(member, limit - 1)))

const malformed = (where: string, detail: string): MalformedDefinition =>
  new MalformedDefinition({ where, faults: [{ path: "", detail }] })
