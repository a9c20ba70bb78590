// The library itself as a measured system: in process, and as an engine on a store. Every task has the policy
// that the hand-written limit has.
import path from "node:path"
import { type AnyWorkflow, Engine, memory, run, sqlite, task, type, workflow } from "onward"
import { increment, type StartRun, type System } from "./System.ts"

const policy = {
  retry: { maxRetries: 3, initialDelay: "10ms", factor: 2 },
  timeout: "10s"
} as const

const one = task("increment", policy, increment)

type NumberWorkflow = ReturnType<typeof single>

const single = () => workflow("single", { input: type<number>() }, (b) => b.then(one.as("step-0")))

/** Chains and forks of a length that is known at run time only have no static type of their own. */
const chain = (steps: number): NumberWorkflow =>
  workflow("linear", { input: type<number>() }, (b) => {
    let flow: unknown = b
    for (let index = 0; index < steps; index++) {
      flow = (flow as typeof b).then(one.as(`step-${index}` as "step"))
    }
    return flow as ReturnType<typeof b.then<"step-0", number, never, never>>
  }) as unknown as NumberWorkflow

const fan = (branches: number): AnyWorkflow =>
  workflow("fork", { input: type<number>() }, (b) => {
    const entries = Array.from({ length: branches }, (_, index) => {
      const name = `branch-${index}`
      return [name, one.as(name)] as const
    })
    return b.fork(Object.fromEntries(entries)).join()
  })

type Runner = (workflow: AnyWorkflow) => Promise<StartRun>

const toSystem = (runner: Runner, close: () => Promise<void>): System => ({
  linear: (steps) => runner(chain(steps)),
  fork: (branches) => runner(fan(branches)),
  close
})

export const inProcess = (): System =>
  // Both workflows take a number.
  toSystem(
    async (declared) => () => run(declared as NumberWorkflow, 0),
    async () => {}
  )

export const engine = (store: "memory" | "sqlite", folder: string): System => {
  const engines: Array<Engine> = []
  const open: Runner = async (declared) => {
    const source = store === "memory" ? memory() : sqlite(path.join(folder, "runs.db"))
    const opened = await Engine.open({ store: source, workflows: [declared] })
    engines.push(opened)
    return async (id) => {
      const handle = await opened.start(declared as NumberWorkflow, 0, { id })
      return handle.result()
    }
  }
  return toSystem(open, async () => {
    for (const opened of engines) await opened.close()
  })
}

/** A run of `steps` tasks that then waits for the signal "go", and is told when it goes on. */
export const gate = (steps: number, wentOn: () => void) => {
  const last = task("went-on", () => {
    wentOn()
    return 0
  })
  return workflow("gate", { input: type<number>() }, (b) => {
    let flow = b.then(one.as("step-0"))
    for (let index = 1; index < steps; index++) {
      // See `chain`.
      flow = flow.then(one.as(`step-${index}` as "step")) as unknown as typeof flow
    }
    return flow.awaitSignal("go", type<number>()).then(last)
  })
}
