import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run.mjs';

const suite = 'trixie';
const packages = ['postgresql-17', 'postgresql-17-timescaledb', 'valkey-server'];

/** A Debian tree with the database servers, made once; an interrupted attempt is made anew. Returns its folder. */
export async function systemTree(runtimeDir, say) {
  const treeDir = join(runtimeDir, 'system');
  if (existsSync(treeDir)) return treeDir;
  const partialDir = `${treeDir}.partial`;
  rmSync(partialDir, { recursive: true, force: true });
  mkdirSync(runtimeDir, { recursive: true });
  say(`Fetching PostgreSQL 17, TimescaleDB and Valkey from Debian (700 MB on disk, about a minute) …`);
  await run('debootstrap', ['--variant=minbase', `--include=${packages.join(',')}`, suite, partialDir, debianMirror()]);
  mkdirSync(join(partialDir, 'srv/data'), { recursive: true });
  rmSync(join(partialDir, 'var/cache/apt/archives'), { recursive: true, force: true });
  renameSync(partialDir, treeDir);
  return treeDir;
}

/** The mirror that this machine already uses for Debian's main archive. */
export function debianMirror(aptDir = '/etc/apt') {
  const listDir = join(aptDir, 'sources.list.d');
  const files = [join(aptDir, 'sources.list')];
  if (existsSync(listDir))
    files.push(
      ...readdirSync(listDir)
        .sort()
        .map((name) => join(listDir, name)),
    );
  for (const file of files.filter((path) => existsSync(path))) {
    const found = mirrorIn(readFileSync(file, 'utf8'));
    if (found) return found;
  }
  throw new Error(`No mirror of Debian's archive was found in ${aptDir}; add one to sources.list`);
}

function mirrorIn(text) {
  const active = text.split('\n').filter((line) => !line.trim().startsWith('#'));
  for (const line of active) {
    const uri = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s/.exec(line)?.[1] ?? /^URIs:\s*(\S+)/i.exec(line)?.[1];
    if (uri && /\/debian\/?$/.test(uri)) return uri;
  }
  return undefined;
}
