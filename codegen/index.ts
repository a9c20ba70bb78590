// The entry point `onward/codegen`: the generator as a function.
export { generate } from "./Thread.ts"
export type { GenerateOptions, Report, ReportedProblem } from "./Generate.ts"
export { explain, isCode } from "./Codes.ts"
export type { Code } from "./Codes.ts"
