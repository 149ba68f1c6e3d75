import { randomUUID } from 'node:crypto';
import { DETAIL_KIND_MAX } from '@icmp-mon/probing/contract';
import { ProcessReport } from '@icmp-mon/operations/server';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ReportedDetails } from './reported-details';

let databases: TestDatabase;
let control: ControlDatabase;

beforeAll(async () => {
  databases = await testDatabase('control');
  control = new ControlDatabase({ url: databases.url });
});
afterAll(async () => {
  await control.close();
  await databases.dropDatabase();
});
beforeEach(async () => {
  await control.execute('DELETE FROM app_process');
});

/** Stores the report of a process as an older release writes it: without the kinds of details that it reads. */
function reportOlder(app: string, ageS = 0): Promise<number> {
  return control.execute(
    `INSERT INTO app_process (instance, app, host, pid, version, started_at, seen_at, ready, troubles)
     VALUES ($1, $2, 'h', 1, '0', now(), now() - $3 * interval '1 second', true, '{}')`,
    [randomUUID(), app, ageS],
  );
}

async function reportThis(app: string): Promise<ProcessReport> {
  const report = new ProcessReport(control, { app, version: '1', readiness: () => ({}) });
  report.start();
  const stored = async (): Promise<number> =>
    (await control.query('SELECT 1 FROM app_process WHERE app = $1 AND version = $2', [app, '1'])).length;
  await expect.poll(stored, { timeout: 10_000 }).toBe(1);
  return report;
}

const read = (): Promise<number | undefined> => new ReportedDetails(control).readKindMax();

it('agents may send every kind that the projector, the worker and the api read', async () => {
  expect(await read(), 'no process reports').toBeUndefined();
  const reports = [await reportThis('projector'), await reportThis('worker')];
  await reportOlder('gateway');
  expect(await read(), 'the gateway reads no result').toBe(DETAIL_KIND_MAX);
  for (const report of reports) await report.stop();
});

it.each(['projector', 'worker', 'api'])(
  'one older %s holds them back until it has ended, in any order of the upgrade',
  async (app) => {
    const report = await reportThis('projector');
    await reportOlder(app);
    expect(await read()).toBe(2);
    await control.execute("UPDATE app_process SET seen_at = now() - interval '1 minute' WHERE version = $1", ['0']);
    expect(await read()).toBe(DETAIL_KIND_MAX);
    await report.stop();
  },
);
