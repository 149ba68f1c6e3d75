import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Files that are text. */
const TEXT = /\.(html|js|css|svg|json|md|txt)$/;
/** Smallest file that is compressed, in bytes: a smaller one fits into one packet anyway. */
const BYTES_MIN = 1_400;

/** @param {Buffer} bytes */
const brotli = (bytes) =>
  promisify(brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });

/** @param {Buffer} bytes */
const gzipped = (bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION });

/** Compressors, by the file extension that they add. */
const encoders = { '.br': brotli, '.gz': gzipped };

/**
 * Writes compressed files next to the texts of a folder, where they are smaller, and removes those of earlier runs.
 * @param {string} folder
 */
export async function compressFiles(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.filter((path) => /\.(br|gz)$/.test(path))) await rm(file);
  for (const file of files.filter((path) => TEXT.test(path))) {
    const bytes = await readFile(file);
    if (bytes.length < BYTES_MIN) continue;
    for (const [ending, encode] of Object.entries(encoders)) {
      const encoded = await encode(bytes);
      if (encoded.length < bytes.length) await writeFile(file + ending, encoded);
    }
  }
}
