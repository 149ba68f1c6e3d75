import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { valkeyAnswers } from './ready.mjs';
import { dataMount, treeCommand, treeUser } from './tree-process.mjs';

/**
 * Runs Valkey from the Debian tree. It never evicts: full memory must be an error, not a lost job.
 * @param {{ treeDir: string, dataDir: string, port: number, password: string }} of
 */
export function valkeyService({ treeDir, dataDir, port, password }) {
  return {
    name: 'valkey',
    prepare: () => configure({ treeDir, dataDir, port, password }),
    command: () =>
      treeCommand({
        treeDir,
        dataDir,
        user: 'valkey',
        command: '/usr/bin/valkey-server',
        args: [`${dataMount}/valkey.conf`],
      }),
    ready: () => valkeyAnswers(port, password),
    needsRoot: true,
  };
}

/** @param {{ treeDir: string, dataDir: string, port: number, password: string }} of */
function configure({ treeDir, dataDir, port, password }) {
  const { uid, gid } = treeUser(treeDir, 'valkey');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'valkey.conf');
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    'protected-mode yes',
    `requirepass ${password}`,
    `dir ${dataMount}`,
    'daemonize no',
    'save ""',
    'appendonly yes',
    'appendfsync everysec',
    'maxmemory 256mb',
    'maxmemory-policy noeviction',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  for (const path of [dataDir, file]) chownSync(path, uid, gid);
}
