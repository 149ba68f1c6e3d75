import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import type { ImportQuery } from '@icmp-mon/targets/contract';
import { BulkJobRunner, inventoryFile } from '@icmp-mon/targets/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFile } from './targets';

let home: TestDatabase;
let control: ControlDatabase;
let folder: string;
const stopping = new AbortController();
let worker: Promise<void>;

beforeAll(async () => {
  home = await testDatabase('control');
  control = new ControlDatabase({ url: home.url });
  await control.execute(`INSERT INTO tier (name, built_in, policy, version) VALUES ('fast', true, '{}', 1)`);
  folder = await mkdtemp(path.join(tmpdir(), 'icmp-mon-cli-import-'));
  worker = runJobs();
});
afterAll(async () => {
  stopping.abort();
  await worker;
  await control.close();
  await home.dropDatabase();
  await rm(folder, { recursive: true });
});

/** Runs jobs as the worker does, until the test ends. */
async function runJobs(): Promise<void> {
  const runner = new BulkJobRunner(control, new EventStore(control));
  while (!stopping.signal.aborted) {
    await runner.runJobs(stopping.signal);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function run(name: string, content: string, query: ImportQuery = {}): Promise<string[]> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  const printed: string[] = [];
  await importFile({ control, printLine: (line) => void printed.push(line) }, file, query);
  return printed;
}

describe('icmpmon import', () => {
  it('prints progress, the result and the refused lines', async () => {
    const printed = await run('targets.csv', 'ip,tier\n10.0.0.1,fast\n10.0.0.2,nonesuch\n');
    expect(printed[0]).toMatch(/^Job .*: 2 lines\.$/);
    expect(printed.slice(-2)).toEqual([
      '1 created, 0 changed, 0 unchanged, 1 refused.',
      'line 3, tier: There is no tier "nonesuch".',
    ]);
    const [{ metadata }] = await control.query<{ metadata: object }>(
      `SELECT metadata FROM event WHERE stream LIKE 'bulkjob-%'`,
    );
    expect(metadata).toMatchObject({ actor: expect.stringMatching(/^cli:/) as string });
  });

  it('with --dry-run changes nothing; the name of the file chooses the format', async () => {
    const printed = await run('targets.ndjson', '{"ip":"10.0.1.1","tier":"fast"}', { dryRun: true });
    expect(printed.at(-1)).toBe('Dry run, nothing was changed: 1 created, 0 changed, 0 unchanged, 0 refused.');
    expect(await text(inventoryFile(control, 'ip=10.0.1.1', 'ndjson'))).toBe('');
  });

  it('refuses a file that cannot be read, and one that is not valid as a whole', async () => {
    const absent = importFile({ control, printLine: () => undefined }, path.join(folder, 'none.csv'), {});
    await expect(absent).rejects.toMatchObject({ name: 'Refusal', message: /cannot be read/ });
    await expect(run('bad.csv', 'address\n10.0.0.1\n')).rejects.toMatchObject({ message: /no column ip/ });
  });
});

describe('icmpmon export', () => {
  it('writes what import reads', async () => {
    await run('export.csv', 'ip,tier,name\n10.0.2.1,fast,edge\n');
    const file = await text(inventoryFile(control, 'name=edge', 'csv'));
    expect((await run('again.csv', file)).at(-1)).toBe('0 created, 0 changed, 1 unchanged, 0 refused.');
  });

  it('refuses a filter by status, which only the API knows', () => {
    expect(() => inventoryFile(control, 'status=down', 'csv')).toThrow(/status/);
  });
});
