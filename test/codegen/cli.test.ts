// The command as a process: what it prints and how it ends.
import { spawnSync } from "node:child_process"
import { cpSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { makeProject } from "./project.ts"

const cli = path.join(import.meta.dirname, "../../codegen/cli.ts")

const onward = (args: ReadonlyArray<string>, cwd = import.meta.dirname) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd,
    encoding: "utf8"
  })
  return { status, stdout, stderr }
}

const task = `import { task } from "onward"\nexport const charge = task("charge", (id: string) => id)\n`

describe("onward generate", { timeout: 60_000 }, () => {
  it("writes, then finds nothing to write, then finds what is stale", () => {
    const project = makeProject({ "src/tasks.ts": task })
    expect(onward(["generate"], project.directory)).toEqual({
      status: 0,
      stdout: `written   src/onward/client.gen.ts
written   src/onward/registry.gen.ts
1 task, 0 workflows, 0 errors
`,
      stderr: ""
    })
    expect(onward(["generate", "--check"], project.directory)).toEqual({
      status: 0,
      stdout: `unchanged src/onward/client.gen.ts
unchanged src/onward/registry.gen.ts
1 task, 0 workflows, 0 errors
`,
      stderr: ""
    })
    project.write("src/more.ts", task.replaceAll("charge", "ship"))
    expect(onward(["generate", "--check", "-p", "tsconfig.json"], project.directory)).toEqual({
      status: 1,
      stdout: `unchanged src/onward/client.gen.ts
stale     src/onward/registry.gen.ts
2 tasks, 0 workflows, 0 errors
`,
      stderr: `Stale: run "onward generate".\n`
    })
  })

  it("prints errors and ends with 1", () => {
    const project = makeProject({ "src/tasks.ts": task.replace(`"charge"`, "process.title") })
    const { status, stdout, stderr } = onward(["generate"], project.directory)
    expect({ status, stdout }).toEqual({ status: 1, stdout: "1 task, 0 workflows, 1 error\n" })
    expect(stderr).toContain("src/tasks.ts:2:28 - error ONW101: The task id is computed")
  })

  it("says so when ts-morph is not installed", () => {
    const project = makeProject({ "package.json": `{ "type": "module" }` })
    const copy = path.join(project.directory, "codegen")
    cpSync(path.dirname(cli), copy, { recursive: true })
    const args = [path.join(copy, "cli.ts"), "generate"]
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: project.directory,
      encoding: "utf8"
    })
    expect(status).toBe(1)
    expect(stderr).toBe(`error ONW002: The package ts-morph is not installed.

  help: npm install --save-dev ts-morph

`)
  })
})

describe("onward", { timeout: 60_000 }, () => {
  it("explains a code", () => {
    const { status, stdout } = onward(["explain", "onw105"])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^ONW105\n\nA worker gets a workflow by importing/)
  })

  it("helps who asks", () => {
    const { status, stdout } = onward(["--help"])
    expect(status).toBe(0)
    expect(stdout).toContain("onward generate [options]")
  })

  const wrong: ReadonlyArray<readonly [args: ReadonlyArray<string>, why: string]> = [
    [[], "Which command?"],
    [["generat"], `There is no command "generat".`],
    [["generate", "now"], `"now" is not an option of generate.`],
    [["generate", "--chek"], "Unknown option '--chek'"],
    [["explain", "ONW999"], "Explain which code? There are ONW001, "]
  ]
  it.each(wrong)("refuses %j with 2 and says why", (args, why) => {
    const { status, stdout, stderr } = onward(args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toContain(why)
    expect(stderr).toContain("Usage")
  })
})
