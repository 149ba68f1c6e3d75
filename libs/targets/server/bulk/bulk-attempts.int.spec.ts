import { ControlDatabase, type DatabaseOptions } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { eventually } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BulkFixture } from './bulk-fixture.test-data';
import { BROKEN_ATTEMPTS_MAX, BulkJobRunner } from './bulk-job-runner';

const WORKER = 'doomed worker';

let bulk: BulkFixture;

beforeAll(async () => {
  bulk = await BulkFixture.open();
  await bulk.registerTargets(1, 'stuck');
});
afterAll(() => bulk.close());
beforeEach(() => bulk.control.execute('DELETE FROM bulk_job'));

/** Runs work with another worker, in whose part no statement on targets ends. */
async function whileStuck(options: Partial<DatabaseOptions>, work: (runner: BulkJobRunner) => Promise<void>) {
  const worker = new ControlDatabase({ url: bulk.url, applicationName: WORKER, ...options });
  const runner = new BulkJobRunner(worker, new EventStore(worker), bulk.access);
  await bulk.control.transaction(async (sql) => {
    await sql.execute('LOCK TABLE target_list IN ACCESS EXCLUSIVE MODE');
    await work(runner);
  });
  await worker.close();
}

const requestTag = (value: string) =>
  bulk.requestChange({ filter: 'batch=stuck', change: { addTags: { tried: value } } });
const attemptsOf = async ({ id }: { id: string }): Promise<number> => {
  const [row] = await bulk.control.query<{ attempts: number }>('SELECT attempts FROM bulk_job WHERE id = $1', [id]);
  return row.attempts;
};

/** Ends the connection of the worker once its part waits. */
async function breakConnection(): Promise<void> {
  await eventually(async () => {
    const ended = await bulk.control.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = $1 AND datname = current_database() AND wait_event_type = 'Lock'`,
      [WORKER],
    );
    expect(ended).toHaveLength(1);
  });
}

describe('a bulk job whose part has no result', () => {
  it('because a statement takes too long, fails after some attempts, and the next job runs', async () => {
    const [stuck, next] = [await requestTag('first'), await requestTag('second')];
    await whileStuck({ statementTimeoutMs: 1_000 }, async (runner) => {
      for (let nr = 1; nr <= BROKEN_ATTEMPTS_MAX; nr += 1) {
        await expect(runner.runNextPart()).rejects.toMatchObject({ code: 'unavailable' });
        expect(await attemptsOf(stuck)).toBe(nr);
      }
      expect(await runner.runNextPart()).toBe(true);
    });
    const failed = await bulk.readJob(stuck.id);
    expect(failed).toMatchObject({ state: 'failed', done: 0 });
    expect(failed.error).toContain(`attempted ${BROKEN_ATTEMPTS_MAX} times without a result`);
    expect((await bulk.readAudit(stuck.id)).map(({ type }) => type)).toEqual(['BulkJobRequested', 'BulkJobEnded']);
    expect(await bulk.finishJob(next)).toMatchObject({ state: 'completed', changed: 1 });
  }, 60_000);

  it('because its worker ends, fails after some attempts: each is stored before the part begins', async () => {
    const stuck = await requestTag('third');
    await whileStuck({}, async (runner) => {
      for (let nr = 1; nr <= BROKEN_ATTEMPTS_MAX; nr += 1) {
        const run = expect(runner.runNextPart()).rejects.toMatchObject({ code: 'unavailable' });
        await breakConnection();
        await run;
        expect(await attemptsOf(stuck)).toBe(nr);
      }
    });
    expect(await bulk.finishJob(stuck)).toMatchObject({ state: 'failed', changed: 0 });
  }, 60_000);

  it('continues, if a later attempt has one, and its attempts are counted from 0 again', async () => {
    const stuck = await requestTag('fourth');
    await whileStuck({}, async (runner) => {
      const run = expect(runner.runNextPart()).rejects.toMatchObject({ code: 'unavailable' });
      await breakConnection();
      await run;
    });
    expect(await attemptsOf(stuck)).toBe(1);
    expect(await bulk.finishJob(stuck)).toMatchObject({ state: 'completed', changed: 1 });
    expect(await attemptsOf(stuck)).toBe(0);
  });
});
