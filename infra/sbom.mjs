// npm run sbom: what the shipped programs consist of, as CycloneDX 1.6. The same lockfile gives the same bytes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { runCommand } from './commands/run-command.mjs';
import { sbom } from './commands/developing.mjs';
import { rootDir } from './paths.mjs';
import { say } from './say.mjs';
import { billOfMaterials } from './supply/bill-of-materials.mjs';

await runCommand(sbom, ({ args: [given] }) => {
  const file = resolve(given ?? join(rootDir, 'artefacts/sbom.cdx.json'));
  /** @param {string} name */
  const read = (name) => JSON.parse(readFileSync(join(rootDir, name), 'utf8'));
  const bill = billOfMaterials(read('package.json'), read('package-lock.json'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
  say(`${bill.components.length} components in ${file}`);
});
