import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { devDir, runtimeDir, testDir } from '../paths.mjs';
import { readJson } from '../private-file.mjs';
import { isBackup } from '../upkeep/backup.mjs';

/** What the entries of the state folder hold, in words of the person who is asked. */
/** @type {Record<string, string>} */
const HOLDS = {
  'access.json': 'addresses, API key, first password',
  agent: 'key, certificate and spool of the local agent',
  'api-secret.json': 'secret of logins',
  'bootstrap.json': 'first login and API key',
  ca: 'certificate authority of the agents',
  data: 'PostgreSQL, Kafka, Valkey: targets, results, events',
  grafana: 'login of Grafana',
  'layout.json': 'version of this folder',
  logs: 'logs of all processes',
  'ports.json': 'ports that were chosen',
  prometheus: 'addresses for Prometheus',
  'provider.json': 'what ran the services',
  'secrets.json': 'passwords of the services',
  'start.lock': 'lock of a start',
  'supervisor.json': 'processes that ran',
};

/** The agent's: its owner wrote it. */
const POLICY = 'policy.yaml';
/** Every start writes it, and a reset removes it last: one that was interrupted can be repeated. */
const MARK = 'layout.json';

/**
 * Whether a folder is one of an installation, also of one whose first start was interrupted.
 * @param {string} dir
 */
export function isInstallation(dir) {
  const names = existsSync(dir) ? readdirSync(dir) : [];
  return names.includes(MARK) || names.every((name) => name in HOLDS || reasonToKeep(join(dir, name)) !== undefined);
}

/**
 * What a reset removes and what it keeps below the state folder. `bytes` is what it takes on the disk.
 * @param {string} dir
 * @returns {{ removed: { name: string, paths: string[], bytes: number, holds: string }[], kept: { path: string, reason: string }[], containers: boolean }}
 */
export function inventoryOf(dir) {
  const removed = [];
  const kept = [];
  for (const name of existsSync(dir) ? readdirSync(dir).sort() : []) {
    const path = join(dir, name);
    if (lstatSync(path).isSymbolicLink()) {
      removed.push({ name, paths: [path], bytes: 0, holds: `link to ${readlinkSync(path)}, which stays` });
      continue;
    }
    const reason = reasonToKeep(path);
    if (reason) {
      kept.push({ path, reason });
      continue;
    }
    const hasPolicy = name === 'agent' && existsSync(join(path, POLICY));
    if (hasPolicy) kept.push({ path: join(path, POLICY), reason: 'what the local agent may probe' });
    const inside = hasPolicy ? readdirSync(path).filter((each) => each !== POLICY) : [];
    const paths = hasPolicy ? inside.map((each) => join(path, each)) : [path];
    if (paths.length === 0) continue;
    const bytes = paths.reduce((sum, each) => sum + bytesOf(each), 0);
    removed.push({ name, paths, bytes, holds: HOLDS[name] ?? '' });
  }
  removed.sort((a, b) => Number(a.name === MARK) - Number(b.name === MARK));
  return { removed, kept, containers: readJson(join(dir, 'provider.json'))?.provider === 'docker' };
}

/**
 * What was fetched stays, as do the folders that belong to developing, and backups wherever they lie.
 * @param {string} path
 */
function reasonToKeep(path) {
  if (path === runtimeDir) return 'downloaded programs';
  if (path === devDir) return 'services for developing';
  if (path === testDir) return 'runs of tests';
  if (!lstatSync(path).isDirectory()) return undefined;
  const holdsBackup = isBackup(path) || readdirSync(path).some((name) => isBackup(join(path, name)));
  return holdsBackup ? 'backup' : undefined;
}

/**
 * @param {string} path
 * @returns {number}
 */
function bytesOf(path) {
  const stat = lstatSync(path);
  const own = stat.blocks * 512;
  if (!stat.isDirectory()) return own;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), own);
}

const MIB = 1024 * 1024;

/**
 * A size for people: 12.3 MiB, 4 KiB.
 * @param {number} bytes
 */
export function sizeText(bytes) {
  if (bytes >= 1024 * MIB) return `${(bytes / 1024 / MIB).toFixed(1)} GiB`;
  if (bytes >= MIB) return `${(bytes / MIB).toFixed(1)} MiB`;
  return `${Math.ceil(bytes / 1024)} KiB`;
}
