/**
 * Builds `src/caregiver/sw.ts` into `dist/sw.js` after the pages, with the list of files the caregiver's app needs to
 * open without a network. It lies at the root because its scope is `/caregiver`, without a trailing slash.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { build, type Plugin, type Rollup } from "vite";

const PUBLIC = ["caregiver.webmanifest", "icon.svg", "icon-192.png"];

/** The chunk's file and everything it loads, styles and assets included. */
function reach(bundle: Rollup.OutputBundle, file: string, found: Set<string>): void {
  const chunk = bundle[file];
  if (found.has(file) || chunk === undefined) return;
  found.add(file);
  if (chunk.type !== "chunk") return;
  const extra = chunk.viteMetadata;
  for (const next of [...chunk.imports, ...chunk.dynamicImports, ...(extra?.importedCss ?? []), ...(extra?.importedAssets ?? [])]) {
    reach(bundle, next, found);
  }
}

export function serviceWorker(): Plugin {
  let root = "";
  let outDir = "";
  return {
    name: "caregiver-service-worker",
    apply: "build",
    configResolved(config) {
      root = config.root;
      outDir = config.build.outDir;
    },
    async writeBundle(_, bundle) {
      const files = new Set<string>();
      for (const [file, chunk] of Object.entries(bundle)) {
        if (chunk.type === "chunk" && chunk.isEntry && chunk.name === "caregiver") reach(bundle, file, files);
      }
      const hash = createHash("sha256");
      for (const file of ["caregiver/index.html", ...files, ...PUBLIC]) {
        hash.update(await readFile(join(root, outDir, file)));
      }
      await build({
        configFile: false,
        root,
        logLevel: "warn",
        publicDir: false,
        define: {
          __SHELL__: JSON.stringify(["/caregiver", ...[...files, ...PUBLIC].map((f) => `/${f}`)]),
          __VERSION__: JSON.stringify(hash.digest("hex").slice(0, 12)),
        },
        build: {
          outDir,
          emptyOutDir: false,
          target: "es2023",
          lib: { entry: "src/caregiver/sw.ts", formats: ["iife"], name: "sw", fileName: () => "sw.js" },
        },
      });
    },
  };
}
