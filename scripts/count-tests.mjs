// Prints "N passed, N failed" and, where there are any, ", N skipped" from vitest's JSON report; exits with 1
// when something failed. A failure that no test shows (a file that does not load, a type error outside of
// the tests, a runner that died) counts as one, and so does each stage that failed before the tests.
//   node scripts/count-tests.mjs <report.json> <exit code of the runner> <failed stages>
import { readFileSync } from "node:fs"

const [file, runnerCode, failedStages] = process.argv.slice(2)
const nothing = {
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: []
}

const readReport = () => {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    return nothing
  }
}

const report = readReport()
const brokenFiles = report.testResults.filter(
  ({ status, assertionResults }) =>
    status === "failed" && assertionResults.every((result) => result.status !== "failed")
)
const seen = report.numFailedTests + brokenFiles.length
const failedTests = seen === 0 && runnerCode !== "0" ? 1 : seen
const failed = failedTests + Number(failedStages)
const skipped = report.numPendingTests + report.numTodoTests

const counts = [`${report.numPassedTests} passed`, `${failed} failed`]
if (skipped > 0) counts.push(`${skipped} skipped`)
console.log(counts.join(", "))
process.exitCode = failed > 0 ? 1 : 0
