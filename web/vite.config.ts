import { defineConfig } from "vite";

import { serviceWorker } from "./build/service-worker.ts";

/** Where `npm run dev` finds a backend; the development server's default address. */
const backend = process.env["CARE_BASE_URL"] ?? "http://127.0.0.1:8790";

export default defineConfig({
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: { desk: "index.html", caregiver: "caregiver/index.html", elder: "elder/index.html", services: "services/index.html" } },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": backend } },
  plugins: [serviceWorker()],
});
