import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run.mjs';
import { Refusal } from '../output.mjs';
import { postgresAnswers } from './ready.mjs';
import { dataMount, treeCommand, treeUser } from './tree-process.mjs';

export const postgresMajor = '17';
export const superuser = 'icmpmon';
const bin = `/usr/lib/postgresql/${postgresMajor}/bin`;

/**
 * Runs PostgreSQL with TimescaleDB from the Debian tree, on loopback, with a password. `durable: false` is for tests.
 * @param {{ treeDir: string, dataDir: string, port: number, password: string, durable?: boolean }} of
 */
export function postgresService({ treeDir, dataDir, port, password, durable = true }) {
  return {
    name: 'postgres',
    prepare: () => initialise({ treeDir, dataDir, password, durable }),
    command: () =>
      treeCommand({
        treeDir,
        dataDir,
        user: 'postgres',
        command: `${bin}/postgres`,
        args: ['-D', dataMount, ...settings(port, durable).flatMap((setting) => ['-c', setting])],
      }),
    ready: () => postgresAnswers(port),
    // SIGTERM would wait for every client to disconnect; SIGINT (fast shutdown) disconnects them and shuts down cleanly.
    stopSignal: 'SIGINT',
    needsRoot: true,
  };
}

/**
 * Returns settings for two cores shared with Kafka and the apps. Every database with TimescaleDB needs a background worker.
 * @param {number} port
 * @param {boolean} durable
 */
function settings(port, durable) {
  const lasting = durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
  return [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=200',
    // A client that sends no password occupies a connection for this long.
    'authentication_timeout=10s',
    'shared_buffers=256MB',
    'effective_cache_size=1GB',
    'work_mem=8MB',
    'maintenance_work_mem=128MB',
    'wal_compression=on',
    'max_wal_size=2GB',
    'checkpoint_timeout=15min',
    'jit=off',
    'shared_preload_libraries=timescaledb',
    'timescaledb.telemetry_level=off',
    'timescaledb.max_background_workers=64',
    'max_worker_processes=80',
    'max_locks_per_transaction=256',
    'log_timezone=UTC',
    'timezone=UTC',
    ...lasting,
  ];
}

/** @param {{ treeDir: string, dataDir: string, password: string, durable: boolean }} of */
async function initialise({ treeDir, dataDir, password, durable }) {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return checkMajor(dataDir);
  const { uid, gid } = treeUser(treeDir, 'postgres');
  // Initialised in a temporary folder and then renamed, so that an interrupted start leaves no incomplete database.
  const partialDir = `${dataDir}.partial`;
  rmSync(partialDir, { recursive: true, force: true });
  mkdirSync(partialDir, { recursive: true, mode: 0o700 });
  chownSync(partialDir, uid, gid);
  const passwordFile = join(partialDir, 'pw');
  const clusterDir = join(partialDir, 'cluster');
  mkdirSync(clusterDir, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const path of [passwordFile, clusterDir]) chownSync(path, uid, gid);
  const init = treeCommand({
    treeDir,
    dataDir: partialDir,
    user: 'postgres',
    command: `${bin}/initdb`,
    args: [
      ...['-D', `${dataMount}/cluster`, `--username=${superuser}`, `--pwfile=${dataMount}/pw`],
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', '--data-checksums'],
      ...(durable ? [] : ['--no-sync']),
    ],
  });
  await run(init.command, init.args, { env: init.env });
  rmSync(dataDir, { recursive: true, force: true });
  renameSync(clusterDir, dataDir);
  rmSync(partialDir, { recursive: true, force: true });
}

/** @param {string} dataDir */
export function checkMajor(dataDir) {
  const found = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  if (found === postgresMajor) return;
  throw new Refusal(
    `${dataDir} was written by PostgreSQL ${found}, this version runs PostgreSQL ${postgresMajor}. ` +
      'Nothing was changed. Use the version that wrote it, or start from empty: npm run reset -- --yes',
  );
}
