/* oxlint-disable typescript/no-explicit-any -- these programs are what the types refuse */
// Workflows of numbers as a program without types may write them, and what they are made of.
import type { Flow } from "../../src/builder/Flow.ts"
import { workflow } from "../../src/builder/Workflow.ts"
import { type } from "../../src/task/StandardSchema.ts"
import { task } from "../../src/task/Task.ts"

class Declined extends Error {
  readonly _tag = "Declined"
}

export const same = task("same", (n: number) => n)
export const charge = task("charge", { errors: [Declined] }, (n: number) => n)
export const number = type<number>()
export const child = workflow("child", { input: number }, (b) =>
  b.then(charge).awaitSignal("go", number)
)

export type NumberFlow = Flow<number, number, never, never, never, never>

/** Builds a workflow of calls that the types would refuse. */
export const untyped = (build: (b: any) => any) =>
  workflow("wf", { input: number }, build as (b: NumberFlow) => NumberFlow)

export const nodesOf = (build: (b: any) => any) => untyped(build).definition.nodes
