import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { identify, isAlive, readJson, rootDir, run, testDir, writePrivateJson } from '@icmp-mon/infra/testing';

const FOLDER_PREFIX = 'e2e-';

/** Returns this process's environment without variables that would redirect the product. */
export function plainEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => !/^(ICMPMON_|VITEST|NODE_ENV$|npm_)/.test(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
}

/** Creates a state folder that records this process as its owner. */
export function createStateFolder(name: string): string {
  const dir = path.join(testDir, `${FOLDER_PREFIX}${name}-${process.pid}`);
  const unnamed = path.join(testDir, `new-${name}-${process.pid}`);
  mkdirSync(unnamed, { recursive: true });
  writePrivateJson(path.join(unnamed, 'owner.json'), identify(process.pid));
  // A folder without an owner is abandoned, and another file of tests may look at this moment.
  renameSync(unnamed, dir);
  return dir;
}

/** Stops products of killed test runs. */
export async function endAbandoned(): Promise<void> {
  if (!existsSync(testDir)) return;
  for (const name of readdirSync(testDir).filter((candidate) => candidate.startsWith(FOLDER_PREFIX))) {
    const dir = path.join(testDir, name);
    if (isAlive(readJson(path.join(dir, 'owner.json')))) continue;
    await npmStop({ ...plainEnvironment(), ICMPMON_STATE_DIR: dir });
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Stops all processes of the state folder that `environment` names. */
export async function npmStop(environment: Record<string, string>): Promise<void> {
  const options: object = { cwd: rootDir, env: environment };
  await run(process.execPath, [path.join(rootDir, 'infra/stop.mjs')], options);
}

/** Copies the logs of a state folder. */
export function keepLogs(dir: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  if (existsSync(path.join(dir, 'logs'))) cpSync(path.join(dir, 'logs'), to, { recursive: true });
  cpSync(path.join(dir, 'start.log'), path.join(to, 'start.log'));
}
