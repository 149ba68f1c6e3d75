import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writePrivateJson } from './private-file.mjs';
import { Refusal } from './output.mjs';
import { checkMajor } from './services/postgres.mjs';

/** Version of the layout of the state folder. Raise it when the layout changes, and add a migration from the previous one. */
const layoutVersion = 1;

/**
 * Accepts a folder of this layout, and marks an empty folder with it.
 * @throws Refusal with the command that helps when the folder has another layout
 * @param {string} dir
 */
export function checkLayout(dir) {
  const file = join(dir, 'layout.json');
  const found = readJson(file);
  if (found === undefined) {
    writePrivateJson(file, { version: layoutVersion });
  } else if (found.version !== layoutVersion) {
    throw new Refusal(
      `${dir} was written by another version of ICMP-Mon (layout ${found.version}, this version reads ${layoutVersion}). ` +
        'Nothing was changed. Use the version that wrote it, or start from empty: npm run reset -- --yes',
    );
  }
  const postgresDir = join(dir, 'data/postgres');
  if (existsSync(join(postgresDir, 'PG_VERSION'))) checkMajor(postgresDir);
}
