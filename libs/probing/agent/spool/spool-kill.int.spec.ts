import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { LANE } from '@icmp-mon/probing/wire';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Spool } from './spool';

const KILLS = 10;
const root = path.resolve(import.meta.dirname, '../../../..');
const quiet = (): void => undefined;
const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet };

let dir: string;
let writer: string;

beforeAll(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'spool-kill-'));
  writer = path.join(dir, 'writer.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: [path.join(import.meta.dirname, 'spool.test-writer.ts')],
    outfile: writer,
    tsconfig: path.join(root, 'tsconfig.base.json'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
});
afterAll(() => rmSync(dir, { recursive: true }));

it(`loses no stored block, and keeps the identity of each, through ${KILLS} SIGKILLs`, async () => {
  const kept = new Set<number>();
  const done = new Set<number>();
  const identities = new Map<number, string>();
  const owners = new Map<string, number>();
  for (let kill = 0; kill < KILLS; kill++) await killedRun();

  const spool = new Spool({ dir, bytesMax: 2 ** 30, log: silent });
  const left = new Set<number>();
  for (;;) {
    const batch = spool.nextBlocks(LANE.live, 1_000, 2 ** 20);
    if (batch.length === 0) break;
    for (const { body, boot, sequence } of batch) {
      left.add(body.baseTimeMs);
      claim(body.baseTimeMs, `${boot}/${sequence}`);
    }
    spool.settleBlocks(LANE.live, batch, []);
  }
  spool.close();
  expect(kept.size).toBeGreaterThan(KILLS * 10);
  expect([...kept].filter((number) => !done.has(number) && !left.has(number))).toEqual([]);

  function claim(number: number, identity: string): void {
    expect(identities.get(number) ?? identity).toBe(identity);
    expect(owners.get(identity) ?? number).toBe(number);
    identities.set(number, identity);
    owners.set(identity, number);
  }

  async function killedRun(): Promise<void> {
    const first = kept.size === 0 ? 0 : Math.max(...kept) + 2;
    const child = spawn(process.execPath, [writer, dir, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const after = 30 + Math.floor(Math.random() * 100);
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, number, identity] = line.split(' ');
      if (word === 'kept') kept.add(Number(number));
      if (word === 'done') done.add(Number(number));
      if (word === 'shipped') claim(Number(number), identity ?? '');
      if (++lines === after) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
  }
});
