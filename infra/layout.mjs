import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writePrivateJson } from './private-file.mjs';
import { Refusal } from './say.mjs';
import { checkMajor } from './services/postgres.mjs';

/** Raised when what lies in the state folder changes its shape; `forward` then says how to come from the one before. */
const layoutVersion = 1;

/**
 * Accepts a folder of this layout (an empty one becomes it) and refuses any other, naming the command that helps.
 * @param {string} dir
 */
export function checkLayout(dir) {
  const file = join(dir, 'layout.json');
  const found = readJson(file);
  if (found === undefined) {
    writePrivateJson(file, { version: layoutVersion });
  } else if (found.version !== layoutVersion) {
    throw new Refusal(
      `${dir} was written by another version of ICMP-Mon (layout ${found.version}, this one knows ${layoutVersion}). ` +
        'Nothing was changed. Use the version that wrote it, or start empty: npm run reset -- --yes',
    );
  }
  const postgresDir = join(dir, 'data/postgres');
  if (existsSync(join(postgresDir, 'PG_VERSION'))) checkMajor(postgresDir);
}
