import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BulkFixture } from './bulk-fixture.test-data';

let bulk: BulkFixture;

beforeAll(async () => {
  bulk = await BulkFixture.open();
});
afterAll(() => bulk.close());

describe('a bulk job that an unexpected error ends', () => {
  it('has failed, without the text of the error, and the next one runs', async () => {
    await bulk.registerTargets(1, 'faulty');
    const request = { filter: 'batch=faulty', change: { addTags: { seen: 'yes' } } };
    const faulty = await bulk.requestChange(request);
    await bulk.control.execute('DELETE FROM bulk_job_part WHERE job_id = $1', [faulty.id]);
    const next = await bulk.requestChange(request);
    expect(await bulk.finishJob(next)).toMatchObject({ state: 'completed', changed: 1 });
    const failed = await bulk.readJob(faulty.id);
    expect(failed).toMatchObject({ state: 'failed', done: 0 });
    expect(failed.error).toMatch(/^An unexpected error ended the job\./);
    expect(failed.error).not.toContain('missing');
    expect((await bulk.readAudit(faulty.id)).map(({ type }) => type)).toEqual(['BulkJobRequested', 'BulkJobEnded']);
  });
});
