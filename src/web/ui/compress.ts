/**
 * Lays `.br` and `.gz` beside every file of the build that gets smaller by it, and guards the page's size.
 * The box serves them as they are; it compresses nothing itself.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(html|js|css|svg|json|webmanifest|txt)$/;

export interface CompressOptions {
  /** Most bytes that the whole build may have over the wire, brotli taken. */
  budget: number;
}

export function compress({ budget }: CompressOptions): Plugin {
  let folder = "dist";
  return {
    name: "compress",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle(error) {
      if (error) return;
      let total = 0;
      for (const file of filesBelow(folder)) {
        const plain = readFileSync(file);
        const small = COMPRESSIBLE.test(file) ? writeCompressed(file, plain) : plain.length;
        this.info(`${relative(folder, file)}: ${plain.length} B, ${small} B compressed`);
        total += small;
      }
      this.info(`the page: ${(total / 1000).toFixed(1)} kB compressed, of ${budget / 1000} kB`);
      if (total > budget) this.error(`the page is ${total - budget} B over its budget`);
    },
  };
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
