import { defineConfig } from "vitest/config";

import { compress } from "./compress.ts";

export default defineConfig({
  plugins: [compress({ budgets: { viewer: 200_000, admin: 200_000 } })],
  // The viewers' page may lie in any folder of a bucket; the admin page has paths of its own below /admin.
  base: "./",
  experimental: {
    renderBuiltUrl: (name, { hostId, hostType }) =>
      hostType === "html" && hostId.endsWith("admin.html") ? `/${name}` : undefined,
  },
  build: {
    outDir: "dist",
    // The box's CSP allows no inline script, and data: only for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { viewer: "index.html", admin: "admin.html" } },
  },
  test: { include: ["{admin,viewer,shared}/**/*.test.ts"], environment: "node" },
});
