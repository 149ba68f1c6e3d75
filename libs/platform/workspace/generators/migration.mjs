// Adds a migration of the control database: its file, its line in the list and its frozen hash.
import { createHash } from 'node:crypto';
import { names, readJson, writeJson } from '@nx/devkit';
import { addImport, insertBefore } from './edits.mjs';

/**
 * `sql` is one statement. Returns the path of the migration.
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ context: string, what: string, sql: string, nowMs?: number }} migration
 */
export function addMigration(tree, { context, what, sql, nowMs = Date.now() }) {
  const name = `${context}-${what}`;
  const className = `${names(name).className}${nowMs}`;
  const file = `migrations/control/${nowMs}-${name}.ts`;
  tree.write(
    file,
    `import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

export class ${className} implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(\`${sql}\`);
  }

  down = refuseDown;
}
`,
  );
  const list = 'migrations/control.ts';
  addImport(tree, list, className, `./control/${nowMs}-${name}`);
  insertBefore(tree, list, /(?<=CONTROL_MIGRATIONS[^=]*= \[\n(?:(?!^\];)[^\n]*\n)*)^\];/m, `  ${className},\n`);
  const hash = createHash('sha256').update(`${sql}\n[]\n`).digest('hex').slice(0, 16);
  const frozen = { ...readJson(tree, 'migrations/frozen.json'), [className]: hash };
  writeJson(tree, 'migrations/frozen.json', Object.fromEntries(Object.entries(frozen).sort()));
  return file;
}
