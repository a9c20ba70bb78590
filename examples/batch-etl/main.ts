// Extract, transform, load: the example payloads of GitHub's webhooks, counted by event and by
// repository. Each kind of event is a strand of its own, eight at one time, and each is stored as it
// ends: a run that is killed goes on where it was.
import { Engine, sqlite, task, type, workflow } from "onward"
import type { WebhookDefinition } from "@octokit/webhooks-examples"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import path from "node:path"

interface Row {
  readonly event: string
  readonly payloads: number
  readonly kilobytes: number
  readonly repositories: ReadonlyArray<string>
}

/** What is extracted from: a file, which is still there after a crash. */
const source = createRequire(import.meta.url).resolve("@octokit/webhooks-examples")
const definitions = JSON.parse(await readFile(source, "utf8")) as ReadonlyArray<WebhookDefinition>

/** Names and not payloads: what passes from node to node is stored, and the file is there anyway. */
const extract = task("extract", () => definitions.map(({ name }) => name))

const transform = task("transform", { retry: { maxRetries: 2 } }, (event: string): Row => {
  const examples = definitions.find(({ name }) => name === event)?.examples ?? []
  const names = examples.flatMap((payload) =>
    "repository" in payload && payload.repository ? [payload.repository.full_name] : []
  )
  const kilobytes = Math.round(JSON.stringify(examples).length / 1000)
  return { event, payloads: examples.length, kilobytes, repositories: [...new Set(names)] }
})

const etl = workflow("etl", { input: type<{ readonly to: string }>() }, (b) =>
  b
    .keep("target")
    .then(extract)
    .forEach((events) => events, transform, { concurrency: 8 })
    .step("load", async (rows, { results }) => {
      const largest = rows.toSorted((a, b) => b.kilobytes - a.kilobytes)
      const lines = largest.map(({ event, kilobytes, payloads }) =>
        [event, payloads, kilobytes].join(",")
      )
      await writeFile(results.target.to, ["event,payloads,kB", ...lines].join("\n"))
      return {
        events: rows.length,
        payloads: rows.reduce((sum, row) => sum + row.payloads, 0),
        repositories: new Set(rows.flatMap((row) => row.repositories)).size,
        largest: largest.slice(0, 3).map(({ event }) => event)
      }
    })
)

const folder = await mkdtemp(path.join(tmpdir(), "onward-etl-"))
const to = path.join(folder, "events.csv")
const store = sqlite(path.join(folder, "etl.db"))
const engine = await Engine.open({ store, workflows: [etl] })
const run = await engine.start(etl, { to }, { id: "nightly" })
const { events, largest, payloads, repositories } = await run.result()
console.log(`${payloads} payloads of ${events} events, from ${repositories} repositories`)
console.log(`largest: ${largest.join(", ")}`)
console.log((await readFile(to, "utf8")).split("\n").slice(0, 4).join("\n"))
await engine.close()
await rm(folder, { recursive: true })
