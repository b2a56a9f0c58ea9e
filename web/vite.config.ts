import { defineConfig } from "vite";

// The built page goes into the Python package: the server serves it, the wheel carries it.
export default defineConfig({
  build: {
    outDir: "../src/openline/console",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the content policy allows no data: fonts or scripts
    chunkSizeWarningLimit: 900,
    modulePreload: { polyfill: false },
    license: { fileName: "licenses.md" }, // of everything that is in the page
  },
  worker: { format: "es" },
  server: {
    proxy: Object.fromEntries(
      ["/line/v1", "/sky/v1", "/console", "/openapi.json"].map((path) => [
        path,
        process.env.OPENLINE_URL ?? "http://127.0.0.1:8080",
      ]),
    ),
  },
});
