import { defineConfig } from "tsup"

const modules = {
  index: "src/index.ts",
  "effect/index": "src/effect/index.ts",
  "codegen/index": "codegen/index.ts"
}

// Peers stay outside the bundle: effect, and ts-morph, which the generator alone needs.
export default defineConfig({
  entry: { ...modules, "codegen/cli": "codegen/cli.ts" },
  dts: { entry: modules },
  format: "esm",
  platform: "node",
  target: "node22.19",
  // There is no "sqlite" without "node:".
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true
})
