/**
 * Lays `.br` and `.gz` beside every file of the build that gets smaller by it, and guards each page's size.
 * The box serves them as they are; it compresses nothing itself.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest|txt)$/;

export interface CompressOptions {
  /**
   * Most bytes that a page may have over the wire, brotli taken: by the page's name among the build's inputs. All
   * that it may ever fetch counts, the code for later too.
   */
  budgets: Record<string, number>;
}

export function compress({ budgets }: CompressOptions): Plugin {
  let folder = "dist";
  let pages = new Map<string, Set<string>>();
  return {
    name: "compress",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    writeBundle(_, bundle) {
      pages = new Map(Object.keys(budgets).map((page) => [page, filesOf(page, bundle)]));
    },
    closeBundle(error) {
      if (error) return;
      const sizes = new Map<string, number>();
      for (const file of filesBelow(folder)) {
        const plain = readFileSync(file);
        const small = COMPRESSIBLE.test(file) ? writeCompressed(file, plain) : plain.length;
        sizes.set(relative(folder, file), small);
        this.info(`${relative(folder, file)}: ${plain.length} B, ${small} B compressed`);
      }
      for (const [page, budget] of Object.entries(budgets)) {
        const total = [...(pages.get(page) ?? [])].reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
        this.info(`the ${page} page: ${(total / 1000).toFixed(1)} kB compressed, of ${budget / 1000} kB`);
        if (total === 0) this.error(`no input is called ${page}`);
        if (total > budget) this.error(`the ${page} page is ${total - budget} B over its budget`);
      }
    },
  };
}

/** Everything that a page fetches of the build, now or later. */
function filesOf(page: string, bundle: Rolldown.OutputBundle): Set<string> {
  const files = new Set<string>();
  const visit = (name: string) => {
    const file = bundle[name];
    if (file === undefined || files.has(name)) return;
    files.add(name);
    if (file.type !== "chunk") return;
    for (const next of [...file.imports, ...file.dynamicImports]) visit(next);
    for (const next of [...(file.viteMetadata?.importedCss ?? []), ...(file.viteMetadata?.importedAssets ?? [])]) {
      visit(next);
    }
  };
  for (const file of Object.values(bundle)) {
    if (file.type === "chunk" && file.isEntry && file.name === page) {
      visit(file.fileName);
      if (file.facadeModuleId !== null) visit(file.facadeModuleId.slice(file.facadeModuleId.lastIndexOf("/") + 1));
    }
  }
  return files;
}

/** Bytes over the wire with brotli. */
function writeCompressed(file: string, plain: Buffer): number {
  const brotli = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  const gzip = gzipSync(plain, { level: 9 });
  if (brotli.length < plain.length) writeFileSync(`${file}.br`, brotli);
  if (gzip.length < plain.length) writeFileSync(`${file}.gz`, gzip);
  return Math.min(brotli.length, plain.length);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
