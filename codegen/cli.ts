#!/usr/bin/env node
// The command `onward`. Exit code 0: fine; 1: errors, or stale outputs under --check; 2: the
// command line is wrong.
import { isMainThread } from "node:worker_threads"
import { parseArgs } from "node:util"
import { codes, explain, isCode } from "./Codes.ts"
import type { Report } from "./Generate.ts"

const help = `onward: generated registry and client for workflows

Usage
  onward generate [options]    write registry.gen.ts and client.gen.ts
  onward explain CODE          say more about a code such as ONW101

Options of generate
  -p, --project FILE    tsconfig of the sources (default: tsconfig.json)
  -o, --out FOLDER      where the files go (default: src/onward, or onward where
                        there is no src, beside the tsconfig)
      --check           write nothing; exit with 1 when a file is stale
      --static          static imports, for bundles without dynamic import
  -h, --help            this text
`

const options = {
  project: { type: "string", short: "p" },
  out: { type: "string", short: "o" },
  check: { type: "boolean", default: false },
  static: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false }
} as const

const main = async (args: ReadonlyArray<string>): Promise<number> => {
  const parsed = parse(args)
  if (typeof parsed === "string") return misused(parsed)
  const { values, positionals } = parsed
  const [command, ...rest] = positionals
  if (values.help || command === "help") return say(help)
  if (command === "explain") return explainCode(rest[0])
  if (command === undefined) return misused("Which command?")
  if (command !== "generate") return misused(`There is no command "${command}".`)
  if (rest.length > 0) return misused(`"${rest[0]}" is not an option of generate.`)
  // Loaded here, so that help and errors of the command line come at once.
  const { generate } = await import("./Thread.ts")
  return summarize(await generate(values), values.check)
}

const parse = (args: ReadonlyArray<string>) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const say = (text: string): number => {
  process.stdout.write(text)
  return 0
}

const misused = (why: string): number => {
  process.stderr.write(`${why}\n\n${help}`)
  return 2
}

const explainCode = (code: string | undefined): number => {
  const upper = code?.toUpperCase() ?? ""
  if (isCode(upper)) return say(explain(upper))
  return misused(`Explain which code? There are ${Object.keys(codes).join(", ")}.`)
}

const summarize = (report: Report, check: boolean): number => {
  for (const { text } of report.problems) process.stderr.write(`${text}\n\n`)
  for (const { path, state } of report.files) process.stdout.write(`${state.padEnd(9)} ${path}\n`)
  const errors = report.problems.filter(({ severity }) => severity === "error").length
  const warnings = report.problems.length - errors
  const counts = [
    count(report.tasks, "task"),
    count(report.workflows, "workflow"),
    count(errors, "error")
  ]
  if (warnings > 0) counts.push(count(warnings, "warning"))
  process.stdout.write(`${counts.join(", ")}\n`)
  if (check && errors === 0 && !report.ok) process.stderr.write(`Stale: run "onward generate".\n`)
  return report.ok ? 0 : 1
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`

if (isMainThread) process.exitCode = await main(process.argv.slice(2))
