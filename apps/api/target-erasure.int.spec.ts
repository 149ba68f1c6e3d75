import type { BulkJobDetail, TargetView } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerTarget } from './testing/register-target';
import { bulkJobRunner } from './testing/running-jobs';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const DORA = { name: 'Dora Example', notes: 'call Dora', owner: 'Dora Example' };

const removeTarget = ({ id }: TargetView): Promise<Response> =>
  api.sendRequest(`/api/v1/targets/${id}`, { method: 'DELETE' });
const eraseTarget = (ref: string, role: 'admin' | 'engineer' = 'admin'): Promise<Response> =>
  api.sendRequest(`/api/v1/targets/${ref}/personal-data`, { method: 'DELETE', role });
const eventsOf = (id: string): Promise<{ type: string; data: object; metadata: { actor: string } }[]> =>
  api.control.query('SELECT type, data, metadata FROM event WHERE stream = $1 ORDER BY version', [`target-${id}`]);

describe('erasing the personal data of a target', () => {
  it('destroys the key of its events, once, and is recorded with its actor', async () => {
    const target = await registerTarget(api, '192.0.2.10', DORA);
    expect((await removeTarget(target)).status).toBe(204);
    expect((await eraseTarget(target.id)).status).toBe(204);
    expect((await eraseTarget(target.id.toUpperCase())).status).toBe(204);
    const events = await eventsOf(target.id);
    expect(events.map(({ type }) => type)).toEqual(['TargetRegistered', 'TargetRemoved', 'TargetErased']);
    expect(events[2].metadata.actor).toMatch(/^api-key:/);
    expect(JSON.stringify(events)).not.toContain('Dora');
    expect(await api.control.query('SELECT FROM event_key WHERE stream = $1', [`target-${target.id}`])).toEqual([]);
  });

  it('erases the texts of the bulk jobs that changed it, in their events and rows', async () => {
    const target = await registerTarget(api, '192.0.2.13', { ...DORA, owner: 'Erin Example' });
    const body = { filter: 'owner="Erin Example"', change: { owner: 'Dora Example' } };
    const { id } = (await (await api.postJson('/api/v1/targets:bulk', body)).json()) as BulkJobDetail;
    await bulkJobRunner(api.control).runJobs(new AbortController().signal);
    const shown = async (): Promise<string> => {
      const job = await (await api.sendRequest(`/api/v1/bulk-jobs/${id}`)).text();
      return job + (await (await api.sendRequest('/api/v1/events?kind=bulk-job')).text());
    };
    expect(await shown()).toMatch(/Erin Example[^]*Dora Example/);
    const [requested] = await api.control.query('SELECT data FROM event WHERE stream = $1', [`bulkjob-${id}`]);
    expect(JSON.stringify(requested)).not.toContain('Example');
    expect((await removeTarget(target)).status).toBe(204);
    expect((await eraseTarget(target.id)).status).toBe(204);
    expect(await shown()).not.toContain('Example');
    expect(await shown()).toContain('(erased)');
  });

  it('is refused while the target exists, for other roles, and for an id that never was a target', async () => {
    const target = await registerTarget(api, '192.0.2.11', DORA);
    const early = await eraseTarget(target.id);
    expect(early.status).toBe(409);
    expect(await early.json()).toMatchObject({ detail: expect.stringContaining('remove it first') as string });
    expect((await eraseTarget(target.id, 'engineer')).status).toBe(403);
    expect((await eraseTarget('01936d2e-7c1a-7b3e-9a51-000000000000')).status).toBe(404);
    const byAddress = await eraseTarget('192.0.2.11');
    expect(byAddress.status).toBe(404);
    expect(await byAddress.json()).toMatchObject({ detail: expect.stringContaining('by its id only') as string });
  });

  it('leaves the texts of a target that exists encrypted in its events, and readable', async () => {
    const target = await registerTarget(api, '192.0.2.12', DORA);
    expect(JSON.stringify(await eventsOf(target.id))).not.toContain('Dora');
    const changed = await api.sendJson('PATCH', `/api/v1/targets/${target.id}`, { tags: { site: 'fra' } });
    expect(await changed.json()).toMatchObject({ ...DORA, tags: { site: 'fra' } });
    expect(JSON.stringify(await eventsOf(target.id))).not.toContain('Dora');
  });
});
