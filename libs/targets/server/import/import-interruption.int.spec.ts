import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { BulkJobDetail } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UNFINISHED_JOBS_MAX } from '../bulk/accept-job';
import { BulkFixture, REQUESTER } from '../bulk/bulk-fixture.test-data';
import { BulkJobRunner } from '../bulk/bulk-job-runner';
import { forgetImportFiles, IMPORT_FILES_MAX } from './forget-import-files';
import { PART_LINES } from './import-rows';
import { STORED_FILES_MAX } from './received-files';
import { RequestImport, RequestImportHandler } from './request-import';

const LINES = 4 * PART_LINES + 10;

let bulk: BulkFixture;

beforeAll(async () => {
  bulk = await BulkFixture.open();
});
afterAll(() => bulk.close());
beforeEach(async () => {
  await bulk.control.execute('DELETE FROM import_file');
  await bulk.control.execute('DELETE FROM bulk_job');
});

const fileOf = (second: number, tier = 'fast'): string =>
  `ip,tier\n${Array.from({ length: LINES }, (_, nr) => `10.${second}.${nr >> 8}.${nr & 255},${tier}`).join('\n')}`;
const unending = new AbortController().signal;

/** Expects that a job changed the target of every line once. */
async function expectOnce(jobId: string): Promise<void> {
  const events = await bulk.causedBy(jobId);
  expect(events).toHaveLength(LINES);
  expect(new Set(events.map(({ stream }) => stream)).size).toBe(LINES);
  expect((await bulk.readAudit(jobId)).map(({ type }) => type)).toEqual(['BulkJobRequested', 'BulkJobEnded']);
}

describe('an import', () => {
  it('continues in another worker after its worker stops', async () => {
    const accepted = await bulk.requestImport(fileOf(1));
    await bulk.runner.runNextPart();
    await bulk.runner.runNextPart();
    expect(await bulk.readJob(accepted.id)).toMatchObject({ state: 'running', created: PART_LINES });
    const other = new ControlDatabase({ url: bulk.url });
    await new BulkJobRunner(other, new EventStore(other), bulk.access).runJobs(unending);
    await other.close();
    expect(await bulk.readJob(accepted.id)).toMatchObject({ state: 'completed', created: LINES, done: LINES });
    await expectOnce(accepted.id);
  });

  it('takes each line once, although two workers run it and others change and register its targets', async () => {
    await bulk.runImport(fileOf(2));
    const accepted = await bulk.requestImport(fileOf(2, 'standard'));
    const ids = await bulk.control.query<{ id: string }>(
      `SELECT id FROM target_list WHERE ip <<= '10.2.0.0/16' ORDER BY ip LIMIT 40`,
    );
    const other = new ControlDatabase({ url: bulk.url });
    const changes = ids.map(({ id }, nr) => bulk.changeTarget(id, { name: `other-${nr}` }));
    await Promise.all([
      new BulkJobRunner(other, new EventStore(other), bulk.access).runJobs(unending),
      bulk.runner.runJobs(unending),
      ...changes,
    ]);
    await other.close();
    expect(await bulk.finishJob(accepted)).toMatchObject({ state: 'completed', changed: LINES, failed: 0 });
    await expectOnce(accepted.id);
    expect(
      await bulk.control.query(`SELECT FROM target_list WHERE name LIKE 'other-%' AND tier = 'standard'`),
    ).toHaveLength(40);
  });

  it('that is cancelled keeps what it changed; the other lines wait', async () => {
    const accepted = await bulk.requestImport(fileOf(3));
    await bulk.runner.runNextPart();
    await bulk.runner.runNextPart();
    await bulk.cancelJob(accepted.id);
    expect(await bulk.finishJob(accepted)).toMatchObject({ state: 'cancelled', created: PART_LINES });
    expect(await bulk.linesOf(accepted, 'created')).toHaveLength(PART_LINES);
    expect(await bulk.linesOf(accepted, 'waiting')).toHaveLength(500);
  });
});

describe('the lines of an import', () => {
  const small = 'ip,tier\n10.4.0.1,fast\n';
  const [past, future] = [new Date(0), new Date(Date.now() + 3_600_000)];

  it('are deleted some time after its end; those of a running job stay', async () => {
    const ended = await bulk.runImport(small);
    const waiting = await bulk.requestImport(small);
    expect(await forgetImportFiles(bulk.control, past, 10)).toBe(0);
    expect(await forgetImportFiles(bulk.control, future, 10)).toBe(1);
    await expect(bulk.linesOf(ended)).rejects.toMatchObject({ code: 'not_found', message: /were deleted/ });
    expect(await bulk.linesOf(waiting)).toHaveLength(1);
  });

  it('are deleted when another import ends and there are too many files', async () => {
    const first = await bulk.runImport(small);
    for (let nr = 0; nr < IMPORT_FILES_MAX; nr += 1) {
      expect(await bulk.linesOf(first)).toHaveLength(1);
      await bulk.runImport(small);
    }
    await expect(bulk.linesOf(first)).rejects.toMatchObject({ code: 'not_found' });
    expect(await storedFiles()).toBe(IMPORT_FILES_MAX);
  });

  it('of one scope are not deleted by many imports of another', async () => {
    const importOf = (scope: string): Promise<BulkJobDetail> => {
      bulk.access.access = { permissions: ['targets:write'], scope };
      return bulk.runImport(small, { scope });
    };
    const first = await importOf('batch=acme');
    for (let nr = 0; nr < IMPORT_FILES_MAX + 1; nr += 1) await importOf('batch=bolt');
    expect(await bulk.linesOf(first)).toHaveLength(1);
    expect(await storedFiles()).toBe(IMPORT_FILES_MAX);
  });

  it('are deleted in pieces, and shown no more from the first piece on', async () => {
    const ended = await bulk.runImport(fileOf(5));
    expect(await forgetImportFiles(bulk.control, future, LINES - 1)).toBe(LINES - 1);
    expect(await storedFiles()).toBe(1);
    await expect(bulk.linesOf(ended)).rejects.toMatchObject({ code: 'not_found', message: /were deleted/ });
    expect(await forgetImportFiles(bulk.control, future, LINES - 1)).toBe(1);
    expect(await storedFiles()).toBe(0);
  });

  it('are deleted an hour after they were received for no job', async () => {
    await bulk.control.execute(
      `INSERT INTO import_file (id, received_at) VALUES (gen_random_uuid(), now() - interval '2 hours'), (gen_random_uuid(), now())`,
    );
    await forgetImportFiles(bulk.control, past, 10);
    expect(await storedFiles()).toBe(1);
  });
});

describe('a file', () => {
  const unread: AsyncIterable<Buffer> = {
    [Symbol.asyncIterator]: () => {
      throw new Error('The file was read.');
    },
  };
  const requestUnread = () =>
    new RequestImportHandler(bulk.control, bulk.store).execute(
      new RequestImport({ format: 'csv', pieces: unread }, {}, REQUESTER, null),
    );

  it('is refused while two of the same scope are being received, and that of another caller is not', async () => {
    const ends: (() => void)[] = [];
    const handler = new RequestImportHandler(bulk.control, bulk.store);
    const receive = (scope: string | null): Promise<unknown> => {
      const pieces = (async function* () {
        yield Buffer.from('ip,tier\n');
        await new Promise<void>((resolve) => ends.push(resolve));
      })();
      return handler.execute(new RequestImport({ format: 'csv', pieces }, {}, REQUESTER, scope));
    };
    const slow = ['batch=acme', 'batch=acme'].map(receive);
    await expect.poll(() => ends.length).toBe(2);
    await expect(receive('batch=acme')).rejects.toMatchObject({ code: 'too_many_requests', message: /received/ });
    const others = ['batch=bolt', null].map(receive);
    await expect.poll(() => ends.length).toBe(4);
    for (const end of ends) end();
    const ended = await Promise.allSettled([...slow, ...others]);
    for (const { reason } of ended as PromiseRejectedResult[])
      expect(reason).toMatchObject({ message: expect.stringContaining('contains no targets') });
  });

  it('is refused before it is received, while too many jobs wait', async () => {
    await bulk.control.execute(
      `INSERT INTO bulk_job (id, kind, requested_by, correlation_id)
       SELECT gen_random_uuid(), 'remove', 'user:ada', '' FROM generate_series(1, $1::integer)`,
      [UNFINISHED_JOBS_MAX],
    );
    await expect(requestUnread()).rejects.toMatchObject({ code: 'too_many_requests', message: /cancel it/ });
    expect(await storedFiles()).toBe(0);
  });

  it('is refused before it is received, while too many are stored', async () => {
    await bulk.control.execute(
      'INSERT INTO import_file (id) SELECT gen_random_uuid() FROM generate_series(1, $1::integer)',
      [STORED_FILES_MAX],
    );
    await expect(requestUnread()).rejects.toMatchObject({ code: 'too_many_requests', message: /try again later/ });
    expect(await storedFiles()).toBe(STORED_FILES_MAX);
  });
});

async function storedFiles(): Promise<number> {
  return (await bulk.control.query('SELECT FROM import_file')).length;
}
