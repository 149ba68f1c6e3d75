import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { rootDir } from './paths.mjs';
import { print } from './output.mjs';
import { billOfMaterials } from './supply/bill-of-materials.mjs';

/**
 * Writes the bill of materials of the shipped programs as CycloneDX 1.6.
 * @param {import('./commands/run-command.mjs').Invocation} asked
 */
export function writeBillOfMaterials({ args: [given] }) {
  const file = resolve(given ?? join(rootDir, 'artefacts/sbom.cdx.json'));
  /** @param {string} name */
  const read = (name) => JSON.parse(readFileSync(join(rootDir, name), 'utf8'));
  const bill = billOfMaterials(read('package.json'), read('package-lock.json'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
  print(`${bill.components.length} components in ${file}`);
}
