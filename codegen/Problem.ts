// A finding of the generator: a stable code, a place, a sentence and what to do about it. Problems
// are values: a run collects them all, sorts them, and writes nothing when one of them is an error.
import type { Code } from "./Codes.ts"
import type { Span } from "./Facts.ts"

export interface Place {
  /** Absolute, with forward slashes. */
  readonly file: string
  readonly span: Span
}

export interface Problem {
  readonly code: Code
  readonly severity: "error" | "warning"
  readonly message: string
  readonly help: string
  /** Absent for what is wrong with no line of source: the configuration, an output. */
  readonly place?: Place
  /** A second place that belongs to the finding. */
  readonly related?: Place & { readonly message: string }
}

/** By file, then position, then code: the same findings come in the same order on every machine. */
export const inOrder = (problems: ReadonlyArray<Problem>): ReadonlyArray<Problem> =>
  problems.toSorted(
    (a, b) =>
      compare(a.place?.file ?? "", b.place?.file ?? "") ||
      (a.place?.span.start ?? 0) - (b.place?.span.start ?? 0) ||
      compare(a.code, b.code)
  )

/** By code unit, whatever the locale of the machine. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export interface Sources {
  readonly read: (file: string) => string
  /** How a file is shown to the reader. */
  readonly show: (file: string) => string
}

/** The finding as text: head, code frame, related place with its frame, help. */
export const render = (problem: Problem, sources: Sources): string => {
  const { place, related } = problem
  const head = `${problem.severity} ${problem.code}: ${problem.message}`
  const lines =
    place === undefined
      ? [head]
      : [`${where(place, sources)} - ${head}`, "", ...frame(place, sources)]
  if (related !== undefined) {
    lines.push(
      "",
      `  ${where(related, sources)} ${related.message}`,
      "",
      ...frame(related, sources)
    )
  }
  return [...lines, "", `  help: ${problem.help}`].join("\n")
}

const where = ({ file, span }: Place, { show }: Sources): string =>
  `${show(file)}:${span.line}:${span.column}`

/**
 * The line, the one before and the one after, with the span underlined where it is on its first
 * line.
 */
const frame = ({ file, span }: Place, { read }: Sources): ReadonlyArray<string> => {
  const source = read(file).split(/\r?\n/)
  const first = Math.max(1, span.line - 1)
  const last = Math.min(source.length, span.line + 1)
  const width = String(last).length
  return source.slice(first - 1, last).flatMap((text, index) => {
    const line = first + index
    const number = String(line).padStart(width)
    if (line !== span.line) return [`    ${number} | ${text}`.trimEnd()]
    const length = Math.max(1, Math.min(span.end - span.start, text.length - span.column + 1))
    const margin = text.slice(0, span.column - 1).replace(/[^\t]/g, " ")
    return [`  > ${number} | ${text}`, `    ${" ".repeat(width)} | ${margin}${"^".repeat(length)}`]
  })
}
