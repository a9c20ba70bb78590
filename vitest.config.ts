import { defineConfig } from "vitest/config"

export default defineConfig({
  // Tests and examples import the package by its name and get the source, without a build.
  ssr: { resolve: { conditions: ["onward-source", "module", "node"] } },
  test: {
    include: ["test/**/*.test.ts"],
    // Generous, because a busy machine is no failure; nothing here sleeps that long.
    testTimeout: 20_000,
    typecheck: {
      enabled: true,
      checker: "./node_modules/typescript7/bin/tsc",
      include: ["test/**/*.test-d.ts"]
    }
  }
})
