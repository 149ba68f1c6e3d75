import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { devDir, runtimeDir, testDir } from '../paths.mjs';
import { readJson } from '../private-file.mjs';
import { isBackup } from '../upkeep/backup.mjs';

/** Content of each entry of the state folder, as shown to the operator. */
/** @type {Record<string, string>} */
const HOLDS = {
  'access.json': 'addresses, API key, first password',
  agent: 'key, certificate and spool of the local agent',
  'api-secret.json': 'signing secret of logins',
  'bootstrap.json': 'first login and API key',
  ca: 'certificate authority of the agents',
  data: 'PostgreSQL, Kafka, Valkey: targets, results, events',
  grafana: 'login of Grafana',
  lab: 'agents and truth of the last lab',
  'layout.json': 'version of this folder',
  logs: 'logs of all processes',
  'ports.json': 'chosen ports',
  prometheus: 'scrape targets for Prometheus',
  'provider.json': 'provider of the services',
  'secrets.json': 'passwords of the services',
  'start.lock': 'start lock',
  'supervisor.json': 'recorded processes',
};

/** The local agent's policy file: written by the operator. */
const POLICY = 'policy.yaml';
/** Marks the folder as an installation. Every start writes it, and a reset removes it last, so that an interrupted reset can be repeated. */
const MARK = 'layout.json';

/**
 * Returns whether the folder is an installation, or one whose first start was interrupted.
 * @param {string} dir
 */
export function isInstallation(dir) {
  const names = existsSync(dir) ? readdirSync(dir) : [];
  return names.includes(MARK) || names.every((name) => name in HOLDS || reasonToKeep(join(dir, name)) !== undefined);
}

/**
 * Returns what a reset removes and keeps in the state folder. `bytes` is the size on disk.
 * @param {string} dir
 * @returns {{ removed: { name: string, paths: string[], bytes: number, holds: string }[], kept: { path: string, reason: string }[], containers: boolean }}
 */
export function inventoryOf(dir) {
  const removed = [];
  const kept = [];
  for (const name of existsSync(dir) ? readdirSync(dir).sort() : []) {
    const path = join(dir, name);
    if (lstatSync(path).isSymbolicLink()) {
      removed.push({ name, paths: [path], bytes: 0, holds: `link; its destination ${readlinkSync(path)} is kept` });
      continue;
    }
    const reason = reasonToKeep(path);
    if (reason) {
      kept.push({ path, reason });
      continue;
    }
    const hasPolicy = name === 'agent' && existsSync(join(path, POLICY));
    if (hasPolicy) kept.push({ path: join(path, POLICY), reason: 'policy of the local agent' });
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
 * Returns why a reset keeps the entry: downloaded programs, folders of development, and folders that hold a backup.
 * @param {string} path
 */
function reasonToKeep(path) {
  if (path === runtimeDir) return 'downloaded programs';
  if (path === devDir) return 'services for development';
  if (path === testDir) return 'test runs';
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
 * Formats a size: 12.3 MiB, 4 KiB.
 * @param {number} bytes
 */
export function sizeText(bytes) {
  if (bytes >= 1024 * MIB) return `${(bytes / 1024 / MIB).toFixed(1)} GiB`;
  if (bytes >= MIB) return `${(bytes / MIB).toFixed(1)} MiB`;
  return `${Math.ceil(bytes / 1024)} KiB`;
}
