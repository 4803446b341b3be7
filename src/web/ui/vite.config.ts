import { defineConfig } from "vitest/config";

import { compress } from "./compress.ts";

export default defineConfig({
  plugins: [compress({ budgets: { viewer: 200_000, admin: 200_000 } })],
  build: {
    outDir: "dist",
    // The box's CSP allows no inline script, and data: only for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { viewer: "index.html", admin: "admin.html" } },
  },
  test: { include: ["{admin,viewer,shared}/**/*.test.ts"], environment: "node" },
});
