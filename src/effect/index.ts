// The Effect face: every name that a user may import from "onward/effect". Workflows, tasks, stores and errors are
// those of "onward".
export { Engine, type EngineService, type LayerOptions } from "./Engine.ts"
export type {
  ControlError,
  NodeFailure,
  ReadError,
  ResultFailure,
  RunFailure,
  SignalError,
  StartError,
  ValueFailure
} from "./Failures.ts"
export type { Handle } from "./Handle.ts"
export { run } from "./Run.ts"
export type { StoreError } from "../store/StoreError.ts"
