// A disk that is really full: a file system of 2 MB, mounted where no other process sees it, gone with the child.
import { spawnSync } from "node:child_process"
import path from "node:path"
import { expect, it } from "vitest"
import * as Folder from "./Folder.ts"

const fixture = path.join(import.meta.dirname, "fixtures/fullDisk.ts")
const mount = `mount -t tmpfs -o size=2m onward "$1" || exit 97
  shift; exec "$@"`
const node = [process.execPath, "--conditions=onward-source", fixture]

const runOnSmallDisk = (folder: string) =>
  spawnSync("unshare", ["-U", "-r", "-m", "sh", "-c", mount, "sh", folder, ...node, folder], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" }
  })

const canMount = (): boolean => {
  const folder = Folder.make()
  const { status } = spawnSync("unshare", [
    "-U",
    "-r",
    "-m",
    "sh",
    "-c",
    mount,
    "sh",
    folder,
    "true"
  ])
  Folder.remove(folder)
  return status === 0
}

const reason = canMount()
  ? ""
  : " (skipped: this machine lets nobody mount a file system of their own)"

it.skipIf(reason !== "")(
  `a full disk is an error to who starts, and a pause to what runs${reason}`,
  { timeout: 60_000 },
  () => {
    const folder = Folder.make()
    const { stderr, stdout } = runOnSmallDisk(folder)
    Folder.remove(folder)
    expect(stdout, stderr).not.toBe("")
    const seen = JSON.parse(stdout)
    expect(seen.refusal).toMatchObject({ _tag: "StoreUnavailable", kind: "Full" })
    expect(seen.refusal.message).toContain(path.join(folder, "test.db"))
    expect(seen.refusal.message).toMatch(/could not write: .*free some disk space/)
    expect(seen).toMatchObject({
      hadBallast: true,
      // The run in flight was not failed by it, and went on by itself once there was room.
      whileFull: "running",
      result: "survivor".length * 2,
      after: "after".length,
      calls: 1,
      integrity: "ok"
    })
    // What was answered before, and what was accepted at the brink, is there and done.
    expect(seen.completed).toBe(20 + seen.accepted + 1)
  }
)
