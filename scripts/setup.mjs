// Runs before `npm start` and `npm test`, so that both work on a fresh clone: installs what package-lock.json
// names when node_modules does not hold it. Plain Node 20 without dependencies, because it runs before there
// are any. The install brings a Node of its own (tools/node), which npm scripts then find first.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const nodeMin = [22, 19]

// npm would warn once for every package that the Node it runs on itself is too old for.
const quiet = "--loglevel=error"

/** What a lockfile says is installed where; null for a lockfile that is not there or cut off. */
const readPackages = (file) => {
  try {
    return JSON.parse(readFileSync(path.join(root, file), "utf8")).packages
  } catch {
    return null
  }
}

// npm writes node_modules/.package-lock.json last, so it exists only after an install that ended well.
// An optional package may be absent: it is one of another platform.
const isInstalled = () => {
  const installed = readPackages("node_modules/.package-lock.json")
  if (installed === null) return false
  return Object.entries(readPackages("package-lock.json")).every(([place, wanted]) => {
    if (place === "") return true
    const found = installed[place]
    if (found === undefined) return wanted.optional === true
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
}

const install = () => {
  console.log("onward: installing what package-lock.json names (npm ci)")
  const cli = process.env.npm_execpath
  const isNpm = cli !== undefined && path.basename(cli) === "npm-cli.js"
  const options = { cwd: root, stdio: "inherit" }
  const { status } = isNpm
    ? spawnSync(process.execPath, [cli, "ci", quiet], options)
    : spawnSync(`npm ci ${quiet}`, { ...options, shell: true })
  if (status !== 0) fail("`npm ci` failed, see above")
}

/** The version of the Node that npm scripts run on: the one of tools/node where it has one for the platform. */
const nodeVersion = () => {
  const name = process.platform === "win32" ? "node.cmd" : "node"
  const bundled = path.join(root, "node_modules", ".bin", name)
  if (!existsSync(bundled)) return process.versions.node
  const { stdout } = spawnSync(bundled, ["--version"], { encoding: "utf8", shell: name !== "node" })
  return stdout.trim().slice(1)
}

const isTooOld = (version) => {
  const [major, minor] = version.split(".").map(Number)
  return major < nodeMin[0] || (major === nodeMin[0] && minor < nodeMin[1])
}

const fail = (message) => {
  console.error(`onward: ${message}`)
  process.exit(1)
}

if (!isInstalled()) install()
const version = nodeVersion()
if (isTooOld(version)) {
  const needed = nodeMin.join(".")
  fail(
    `needs Node ${needed} or newer, and this is ${version}: install one (none came with npm here)`
  )
}
