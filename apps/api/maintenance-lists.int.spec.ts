import type { TargetMarkList, WindowChangePage, WindowPage, WindowView } from '@icmp-mon/maintenance/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

const ONCE = {
  ...{ title: 'Line cards', scope: 'site=ber', timeZone: 'Europe/Berlin', date: '2031-03-30' },
  ...{ startTime: '02:30', endTime: '04:00' },
};

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({}, { judging: false });
});
afterAll(() => api.stop());

const json = async <T>(response: Response): Promise<T> => (await response.json()) as T;
const titlesOf = ({ items }: WindowPage): string[] => items.map(({ definition }) => definition.title);

describe('what pages show of maintenance', () => {
  it('has who changed what, page by page', async () => {
    const { id } = await json<WindowView>(await api.postJson('/api/v1/maintenance', ONCE));
    const path = `/api/v1/maintenance/${id}`;
    await api.sendJson('PUT', `${path}/occurrences/2031-03-30`, { skip: true });
    await api.sendJson('DELETE', path);
    const changes = await json<WindowChangePage>(await api.sendRequest(`${path}/changes?limit=2`));
    expect(changes.items.map(({ did, byName, date }) => [did, byName, date])).toEqual([
      ['cancelled the window', 'admin', null],
      ['skipped the occurrence of 2031-03-30', 'admin', null],
    ]);
    const older = await json<WindowChangePage>(await api.sendRequest(`${path}/changes?cursor=${changes.next}`));
    expect(older.items.map(({ did }) => did)).toEqual(['scheduled the window "Line cards"']);
    const unknown = '/api/v1/maintenance/01936d2e-7c1a-7b3e-9a51-0242ac120002/changes';
    expect((await api.sendRequest(unknown)).status).toBe(404);
    expect((await api.sendRequest(`${path}/changes?cursor=x`)).status).toBe(400);
  });

  it('lists what is open first, then by the next start, then what is over, page by page, and finds parts', async () => {
    const soon = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    for (const [title, date] of [
      ['Later', soon(9)],
      ['Far', '2031-01-01'],
      ['100% Soon', soon(3)],
      ['Begun', soon(5)],
    ]) {
      await api.postJson('/api/v1/maintenance', { ...ONCE, title, date });
    }
    await api.control.execute(`UPDATE maintenance_occurrence SET state = 'open' WHERE title = 'Begun'`);
    const titles: string[] = [];
    let cursor = '';
    do {
      const page = await json<WindowPage>(
        await api.sendRequest(`/api/v1/maintenance?state=all&sort=next&limit=1${cursor}`),
      );
      titles.push(...titlesOf(page));
      cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`;
    } while (cursor !== '');
    expect(titles).toEqual(['Begun', '100% Soon', 'Later', 'Far', 'Line cards']);
    const found = async (query: string) =>
      titlesOf(await json<WindowPage>(await api.sendRequest(`/api/v1/maintenance?${query}`)));
    expect(await found('q=100%25%20s')).toEqual(['100% Soon']);
    expect(await found('state=past')).toEqual(['Line cards']);
    expect((await api.sendRequest('/api/v1/maintenance?sort=next&cursor=x')).status).toBe(400);
    expect(await found('q=%25&sort=next')).toEqual(['100% Soon']);
  });

  it('has the marks of targets by their keys', async () => {
    const made = await api.postJson('/api/v1/maintenance/silences', {
      scope: 'tier=fast',
      minutes: 60,
      reason: 'noise',
    });
    const { next } = await json<WindowView>(made);
    await api.control.execute(`UPDATE maintenance_occurrence SET state = 'open' WHERE kind = 'silence'`);
    await api.control.execute(
      `INSERT INTO maintenance_member SELECT window_id, date, 2, now() FROM maintenance_occurrence WHERE kind = 'silence'`,
    );
    const mark = { occurrence: next?.id, until: next?.endsAt, kind: 'silence', title: 'noise', by: 'admin' };
    const marks = await json<TargetMarkList>(await api.sendRequest('/api/v1/target-maintenance?keys=1,2'));
    expect(marks.items).toEqual([
      { key: 1, maintenance: null },
      { key: 2, maintenance: mark },
    ]);
    expect((await api.sendRequest('/api/v1/target-maintenance?keys=x')).status).toBe(400);
  });
});
