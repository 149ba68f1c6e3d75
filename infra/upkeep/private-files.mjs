import { chmodSync, cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { print } from '../output.mjs';
import { stateDir } from '../paths.mjs';
import { readJson, writePrivateJson } from '../private-file.mjs';

/**
 * Copies the backup's private files next to the existing ones, ready to replace them or to be discarded.
 * @param {string} dir
 * @param {string[]} names
 */
export function stagePrivateFiles(dir, names) {
  mkdirSync(stateDir, { recursive: true });
  const staged = names.map((name) => {
    const from = join(dir, 'private', name);
    const to = join(stateDir, name);
    const beside = `${to}.restored`;
    rmSync(beside, { recursive: true, force: true });
    if (name === 'secrets.json') writePrivateJson(beside, { ...readJson(from), ...passwordsOf(readJson(to)) });
    else cpSync(from, beside, { recursive: true });
    // The backup is readable only by its owner; api and agent, which run as their own users, read the certificate.
    if (name === 'ca') chmodSync(join(beside, 'ca.crt'), 0o644);
    return { beside, to };
  });
  return {
    put() {
      for (const { beside, to } of staged) {
        rmSync(to, { recursive: true, force: true });
        renameSync(beside, to);
      }
      print(`Private files: ${names.join(', ')}`);
    },
    discard() {
      for (const { beside } of staged) rmSync(beside, { recursive: true, force: true });
    },
  };
}

/**
 * Returns the passwords of existing services, which are kept.
 * @param {Record<string, unknown> | undefined} secrets
 */
function passwordsOf(secrets) {
  if (!secrets) return {};
  const { redisPassword, kafkaPassword, postgresPassword, databasePasswords } = secrets;
  return { redisPassword, kafkaPassword, postgresPassword, databasePasswords };
}
