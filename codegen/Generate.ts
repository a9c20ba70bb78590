// The run as a table of contents: open, scan, link, check, describe, render, write. It reads the
// whole project each time; nothing is written when anything is wrong.
import * as fs from "node:fs"
import * as path from "node:path"
import { check } from "./Check.ts"
import { Describer } from "./Describe.ts"
import type { FileFacts } from "./Facts.ts"
import { remember } from "./Gate.ts"
import { link, type Linked, type LinkedWorkflow } from "./Link.ts"
import { Names } from "./Names.ts"
import { isOwn } from "./Output.ts"
import * as PackageBorder from "./PackageBorder.ts"
import { compare, inOrder, type Problem, render, type Sources } from "./Problem.ts"
import { open, type Project } from "./Project.ts"
import { type ClientParts, renderClient } from "./RenderClient.ts"
import { renderRegistry } from "./RenderRegistry.ts"
import * as Resolver from "./Resolver.ts"
import { scan } from "./Scan.ts"
import { mentionsLibrary } from "./Sieve.ts"
import * as WorkflowTypes from "./WorkflowTypes.ts"
import { foreign, type OutputFile, write } from "./Write.ts"

export interface GenerateOptions {
  /** The tsconfig of the sources; `tsconfig.json` unless given. */
  readonly project?: string
  /**
   * The folder of the outputs; `src/onward`, or `onward` where there is no `src`, beside the
   * tsconfig unless given.
   */
  readonly out?: string
  /** Writes nothing and reports what is stale. */
  readonly check?: boolean
  /** Static imports in the registry instead of lazy ones. */
  readonly static?: boolean
  /** What paths are relative to; the process's own folder unless given. */
  readonly directory?: string
}

export interface Report {
  /** No error, and with `check` nothing stale. */
  readonly ok: boolean
  readonly tasks: number
  readonly workflows: number
  readonly problems: ReadonlyArray<ReportedProblem>
  /** Paths relative to the directory; empty after an error. */
  readonly files: ReadonlyArray<OutputFile>
}

export interface ReportedProblem {
  readonly code: Problem["code"]
  readonly severity: Problem["severity"]
  readonly message: string
  /** Ready to print: place, code frame and help. */
  readonly text: string
}

export const generateHere = async (options: GenerateOptions): Promise<Report> => {
  const startMs = Date.now()
  const directory = slashed(path.resolve(options.directory ?? "."))
  const project = await open(slashed(path.resolve(directory, options.project ?? "tsconfig.json")))
  const sources = sourcesIn(directory)
  if ("code" in project) return report({ problems: [project], sources })

  const out = outputDirectory(project, directory, options.out)
  const linked = linkProject(project, sources)
  const counts = { tasks: linked.tasks.length, workflows: linked.workflows.length }
  const problems = check(linked)
  if (problems.some(isError)) return report({ ...counts, problems, sources })

  const client = describeWorkflows(project, linked.workflows)
  const style = { ts: project.ts, options: project.options, directory: out }
  const outputs = new Map([
    [`${out}/client.gen.ts`, renderClient(client.parts)],
    [
      `${out}/registry.gen.ts`,
      renderRegistry({ ...style, static: options.static === true }, linked)
    ]
  ])
  const all = [...problems, ...client.problems, ...foreign(outputs, sources.show)]
  if (all.some(isError)) return report({ ...counts, problems: all, sources })
  const files = write(outputs, { check: options.check === true })
  const done = report({ ...counts, problems: all, sources, files })
  remember({
    options,
    report: done,
    startMs,
    files: [...project.configs, ...sources.files(), ...client.files],
    folders: project.folders,
    outputs: [...outputs.keys()]
  })
  return done
}

const isError = ({ severity }: Problem): boolean => severity === "error"

const slashed = (file: string): string => file.replaceAll("\\", "/")

interface ProjectSources extends Sources {
  /** Every file that was read. */
  readonly files: () => Iterable<string>
}

const sourcesIn = (directory: string): ProjectSources => {
  const texts = new Map<string, string>()
  return {
    read: (file) => {
      const text = texts.get(file) ?? fs.readFileSync(file, "utf8")
      texts.set(file, text)
      return text
    },
    show: (file) => path.posix.relative(directory, file),
    files: () => texts.keys()
  }
}

const outputDirectory = (project: Project, directory: string, out: string | undefined): string => {
  if (out !== undefined) return slashed(path.resolve(directory, out))
  const source = `${project.directory}/src`
  return fs.existsSync(source) ? `${source}/onward` : `${project.directory}/onward`
}

const linkProject = (project: Project, { read }: Sources): Linked => {
  const { ts, options, directory } = project
  const known = new Map<string, FileFacts | undefined>()
  const facts = (file: string): FileFacts | undefined => {
    if (!known.has(file)) known.set(file, isScript(file) ? scan(ts, file, read(file)) : undefined)
    return known.get(file)
  }
  const names = new Names(
    facts,
    Resolver.make({ ts, options, directory, files: new Set(project.files) })
  )
  const candidates = project.files
    .filter((file) => !isTest(file) && !isOwn(read(file)))
    .toSorted(compare)
  const files = mentionsLibrary(candidates, read).flatMap(
    (file): ReadonlyArray<[string, FileFacts]> => {
      const found = facts(file)
      return found === undefined ? [] : [[file, found]]
    }
  )
  return link({ files: new Map(files), facts, names })
}

const isScript = (file: string): boolean => /\.[cm]?[jt]sx?$/.test(file)

/** Tests declare tasks of their own, which no worker should load. */
const isTest = (file: string): boolean => /\.(test|spec)\.[cm]?[jt]sx?$|\/__tests__\//.test(file)

const noParts: ClientParts = { workflows: new Map(), definitions: new Map(), imports: [] }

interface Client {
  readonly parts: ClientParts
  readonly problems: ReadonlyArray<Problem>
  /** Every file that the types may depend on. */
  readonly files: ReadonlyArray<string>
}

const describeWorkflows = (project: Project, workflows: ReadonlyArray<LinkedWorkflow>): Client => {
  const { ts } = project
  if (workflows.length === 0) return { parts: noParts, problems: [], files: [] }
  const program = project.program([...new Set(workflows.map(({ file }) => file))])
  const uniqueName = nameMaker()
  const border = PackageBorder.make({ ts, program, uniqueName })
  const describer = new Describer({ ts, program, border, uniqueName })
  const read = workflows
    .flatMap((workflow) =>
      "value" in workflow.name ? [{ name: workflow.name.value, workflow }] : []
    )
    .toSorted((a, b) => compare(a.name, b.name))
    .map(({ name, workflow }) => ({
      name,
      types: WorkflowTypes.read({ ts, program, describer }, workflow)
    }))
  return {
    parts: {
      workflows: new Map(read.map(({ name, types }) => [name, WorkflowTypes.orUnknown(types)])),
      definitions: describer.definitions,
      imports: border.imports
    },
    problems: read.flatMap(({ types }) => ("code" in types ? [types] : [])),
    files: program.getSourceFiles().map(({ fileName }) => fileName)
  }
}

/** Appends a number to a name that is taken. */
const nameMaker = () => {
  const taken = new Set(["Workflows"])
  return (wanted: string): string => {
    let name = wanted
    for (let n = 2; taken.has(name); n++) name = `${wanted}${n}`
    taken.add(name)
    return name
  }
}

interface Findings {
  readonly tasks?: number
  readonly workflows?: number
  readonly problems: ReadonlyArray<Problem>
  readonly sources: Sources
  readonly files?: ReadonlyArray<OutputFile>
}

const report = ({ tasks = 0, workflows = 0, problems, sources, files = [] }: Findings): Report => ({
  ok: !problems.some(isError) && files.every(({ state }) => state !== "stale"),
  tasks,
  workflows,
  problems: inOrder(problems).map((problem) => ({
    code: problem.code,
    severity: problem.severity,
    message: problem.message,
    text: render(problem, sources)
  })),
  files: files.map(({ path: file, state }) => ({ path: sources.show(file), state }))
})
