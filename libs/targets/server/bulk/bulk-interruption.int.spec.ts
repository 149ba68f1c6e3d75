import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UNFINISHED_JOBS_MAX } from './accept-job';
import { BulkFixture } from './bulk-fixture.test-data';
import { BulkJobRunner } from './bulk-job-runner';
import { PART_TARGETS } from './bulk-selection';
import { ENDED_JOBS_MAX, forgetBulkJobs } from './forget-bulk-jobs';

const TARGETS = 8 * PART_TARGETS;

let bulk: BulkFixture;
let ids: string[];

beforeAll(async () => {
  bulk = await BulkFixture.open();
  ids = await bulk.registerTargets(TARGETS, 'all');
});
afterAll(() => bulk.close());
beforeEach(() => bulk.control.execute('DELETE FROM bulk_job'));

const unending = new AbortController().signal;

/** Expects that a job changed every target once. */
async function expectOnce(jobId: string): Promise<void> {
  const events = await bulk.causedBy(jobId);
  expect(events).toHaveLength(TARGETS);
  expect(new Set(events.map(({ stream }) => stream)).size).toBe(TARGETS);
  expect((await bulk.readAudit(jobId)).map(({ type }) => type)).toEqual(['BulkJobRequested', 'BulkJobEnded']);
}

describe('a bulk job', () => {
  it('changes each target once, although two workers run it and others change its targets', async () => {
    const accepted = await bulk.requestChange({ filter: 'batch=all', change: { addTags: { raced: 'yes' } } });
    const other = new ControlDatabase({ url: bulk.url });
    const runner = new BulkJobRunner(other, new EventStore(other), bulk.access);
    const changes = ids.slice(0, 40).map((id, nr) => bulk.changeTarget(id, { name: `other-${nr}` }));
    await Promise.all([runner.runJobs(unending), bulk.runner.runJobs(unending), ...changes]);
    await other.close();
    expect(await bulk.finishJob(accepted)).toMatchObject({ state: 'completed', changed: TARGETS, failures: [] });
    await expectOnce(accepted.id);
    const names = await bulk.control.query(`SELECT FROM target_list WHERE name LIKE 'other-%'`);
    expect(names).toHaveLength(40);
  });

  it('continues in another worker after its worker stops', async () => {
    const accepted = await bulk.requestChange({ filter: 'batch=all', change: { addTags: { stopped: 'yes' } } });
    const stopping = new AbortController();
    const run = bulk.runner.runJobs(stopping.signal);
    stopping.abort();
    await run;
    const stopped = await bulk.readJob(accepted.id);
    expect(stopped).toMatchObject({ state: 'running', changed: PART_TARGETS });
    expect(await bulk.finishJob(accepted)).toMatchObject({ state: 'completed', changed: TARGETS });
    await expectOnce(accepted.id);
  });

  it('that is cancelled keeps what it changed, and cannot be cancelled again', async () => {
    const accepted = await bulk.requestChange({ filter: 'batch=all', change: { addTags: { cancelled: 'yes' } } });
    await bulk.runner.runNextPart();
    const cancelled = await bulk.cancelJob(accepted.id);
    expect(cancelled).toMatchObject({ state: 'cancelled', done: PART_TARGETS, changed: PART_TARGETS });
    expect(await bulk.finishJob(accepted)).toEqual(cancelled);
    expect(await bulk.causedBy(accepted.id)).toHaveLength(PART_TARGETS);
    expect((await bulk.readAudit(accepted.id)).at(-1)).toMatchObject({
      data: { state: 'cancelled', changed: PART_TARGETS },
    });
    await expect(bulk.cancelJob(accepted.id)).rejects.toMatchObject({ code: 'conflict', message: /already cancelled/ });
    await expect(bulk.cancelJob(ids[0])).rejects.toMatchObject({ code: 'not_found' });
  });

  it('runs after the jobs that were accepted before it', async () => {
    const [first, second] = [
      await bulk.requestChange({ filter: 'batch=all', change: { addTags: { order: 'first' } } }),
      await bulk.requestChange({ targets: ids.slice(-3), change: { addTags: { order: 'second' } } }),
    ];
    await bulk.finishJob(second);
    const rows = await bulk.control.query<{ value: string }>(
      `SELECT tags ->> 'order' AS value FROM target_list WHERE id = ANY ($1::uuid[])`,
      [ids.slice(-3)],
    );
    expect(rows.map(({ value }) => value)).toEqual(['second', 'second', 'second']);
    expect(await bulk.readJob(first.id)).toMatchObject({ state: 'completed', changed: TARGETS });
  });

  it('is refused while too many wait, and accepted after one was cancelled', async () => {
    const request = { targets: ids.slice(0, 1), change: { tier: 'fast' } };
    const accepted = [];
    for (let nr = 0; nr < UNFINISHED_JOBS_MAX; nr += 1) accepted.push(await bulk.requestChange(request));
    await expect(bulk.requestChange(request)).rejects.toMatchObject({
      code: 'too_many_requests',
      message: /20 bulk jobs/,
    });
    await bulk.cancelJob(accepted[3].id);
    expect(await bulk.requestChange(request)).toMatchObject({ state: 'queued' });
  });

  it('is deleted some time after its end, or when there are too many', async () => {
    const ended = await bulk.finishJob(
      await bulk.requestChange({ targets: ids.slice(0, 1), change: { tier: 'fast' } }),
    );
    const waiting = await bulk.requestChange({ targets: ids.slice(0, 1), change: { tier: 'fast' } });
    const [past, future] = [new Date(0), new Date(Date.now() + 60_000)];
    expect(await forgetBulkJobs(bulk.control, past, 100)).toBe(0);
    expect(await forgetBulkJobs(bulk.control, future, 100)).toBe(1);
    await expect(bulk.readJob(ended.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await bulk.readJob(waiting.id)).toMatchObject({ state: 'queued' });
    await bulk.control.execute(
      `INSERT INTO bulk_job (id, kind, state, requested_by, correlation_id, finished_at)
       SELECT gen_random_uuid(), 'remove', 'completed', 'user:ada', '', now() FROM generate_series(1, $1::integer)`,
      [ENDED_JOBS_MAX + 5],
    );
    expect(await forgetBulkJobs(bulk.control, past, 3)).toBe(3);
    expect(await forgetBulkJobs(bulk.control, past, 100)).toBe(2);
  });
});

describe('the expected count of a dry run', () => {
  it('may differ by one percent for a change, and not at all for a removal', async () => {
    const change = { addTags: { expected: 'yes' } };
    const asked = (expectedCount: number) => bulk.requestChange({ filter: 'batch=all', change, expectedCount });
    expect(await asked(TARGETS + 20)).toMatchObject({ total: TARGETS });
    await expect(asked(TARGETS - 25)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`now selects ${TARGETS} targets, not the expected ${TARGETS - 25}`) as string,
    });
    const removal = bulk.requestChange({ filter: 'batch=all', remove: true, expectedCount: TARGETS + 1 });
    await expect(removal).rejects.toMatchObject({ code: 'conflict' });
    // A refused request leaves no job.
    expect(await bulk.control.query('SELECT FROM bulk_job')).toHaveLength(1);
  });
});
