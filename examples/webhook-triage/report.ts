// What came out, as a file for people and a file for programs. Both say what happened and never
// when, so the same payloads give the same bytes however often the work was cut off.
import type { Engine, HistoryEvent, RunState } from "onward"
import { rename, writeFile } from "node:fs/promises"
import path from "node:path"
import { type Delivery, eventOf, placeOf } from "./payloads.ts"
import type { Verdict } from "./tasks.ts"
import { triageFor } from "./workflow.ts"

/** One run. What a failed run did not get to is empty. */
export interface Entry extends Omit<Verdict, "verdict"> {
  readonly id: string
  readonly event: string
  readonly place: string
  readonly workflow: string
  readonly verdict: Verdict["verdict"] | "failed"
  /** How often each task was recorded, from the run's history. More than once would be a bug. */
  readonly recorded: Readonly<Record<string, number>>
}

/** The finished run of each delivery, in the order of the deliveries. */
export const readEntries = (
  engine: Engine,
  deliveries: ReadonlyArray<Delivery>
): Promise<ReadonlyArray<Entry>> =>
  Promise.all(deliveries.map((delivery) => readEntry(engine, delivery)))

const readEntry = async (engine: Engine, delivery: Delivery): Promise<Entry> => {
  const workflow = triageFor(delivery)
  const handle = await engine.handle(workflow, delivery.id)
  const state = await handle.status()
  const end = state.status === "completed" ? state.output : withoutVerdict(state)
  return {
    id: delivery.id,
    event: eventOf(delivery),
    place: placeOf(delivery),
    workflow: workflow.name,
    verdict: end.verdict,
    score: end.score,
    reasons: end.reasons,
    people: end.people,
    summary: end.summary,
    ticket: end.ticket,
    approval: end.approval,
    recorded: countRecorded(await handle.history())
  }
}

/** What the report says of a run that failed, or that somebody cancelled. */
const withoutVerdict = (state: RunState) => ({
  verdict: "failed" as const,
  score: 0,
  reasons: [state.status === "failed" ? String(state.error) : state.status],
  people: [],
  summary: "",
  ticket: null,
  approval: null
})

const countRecorded = (history: ReadonlyArray<HistoryEvent>): Record<string, number> => {
  const nodes = history.flatMap((event) => (event._tag === "TaskCompleted" ? [event.node] : []))
  const counted = Map.groupBy(nodes.toSorted(), (node) => node)
  return Object.fromEntries([...counted].map(([node, times]) => [node, times.length]))
}

/** Writes both files and says where the readable one is. */
export const writeReport = async (
  folder: string,
  entries: ReadonlyArray<Entry>
): Promise<string> => {
  const readable = path.join(folder, "triage.md")
  await writeWhole(path.join(folder, "triage.json"), `${JSON.stringify(entries, null, 2)}\n`)
  await writeWhole(readable, toMarkdown(entries))
  return readable
}

/** A reader never meets half a file, even if this process is killed here. */
const writeWhole = async (file: string, text: string): Promise<void> => {
  const draft = `${file}.${process.pid}`
  await writeFile(draft, text)
  await rename(draft, file)
}

const verdicts = ["approved", "refused", "told", "noted", "failed"] as const

const toMarkdown = (entries: ReadonlyArray<Entry>): string =>
  [
    "# Webhook triage",
    "```text\n" + toSummary(entries) + "\n```",
    ...verdicts.flatMap((verdict) => {
      const those = entries.filter((entry) => entry.verdict === verdict)
      if (those.length === 0) return []
      const title = `## ${verdict[0]?.toUpperCase()}${verdict.slice(1)}: ${those.length}`
      return [title, [...head, ...those.map(toRow)].join("\n")]
    })
  ].join("\n\n") + "\n"

const head = ["| Run | Risk | What | Tell | Why |", "| --- | ---: | --- | --- | --- |"]

const toRow = ({ approval, id, people, reasons, score, summary }: Entry): string => {
  const told = people.map(({ because, login }) => `${login} (${because})`).join(", ")
  const said = approval === null ? [] : [`${approval.by}: ${approval.note}`]
  const cells = [id, String(score), summary, told, [...reasons, ...said].join("; ")]
  return `| ${cells.map(toCell).join(" | ")} |`
}

const toCell = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|")

/** The table that the program ends with. */
export const toSummary = (entries: ReadonlyArray<Entry>): string => {
  const times = entries.flatMap(({ recorded }) => Object.values(recorded))
  const answered = entries.filter(({ approval }) => approval !== null).length
  const rows: ReadonlyArray<readonly [string, number]> = [
    ...verdicts.map(
      (verdict) =>
        [`runs ${verdict}`, entries.filter((entry) => entry.verdict === verdict).length] as const
    ),
    ["runs in all", entries.length],
    ["approvals answered", answered],
    ["tasks recorded", times.length],
    ["tasks recorded twice", times.filter((count) => count > 1).length]
  ]
  return rows.map(([what, count]) => `${what.padEnd(22)}${String(count).padStart(6)}`).join("\n")
}
