import type {
  IssuedCalendarToken,
  NoticeImport,
  WindowPage,
  WindowPreview,
  WindowView,
} from '@icmp-mon/maintenance/contract';
import type { TargetStatusView } from '@icmp-mon/status/contract';
import type { TargetPage } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOTICE_CALENDAR, REFUSED_CHANGES as REFUSED, WINDOW } from './testing/window-bodies';
import { logInAs } from './testing/log-in-as';
import { startTestApi, TEST_PASSWORD, type TestApi } from './testing/test-api';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({}, { judging: false });
});
afterAll(() => api.stop());

const json = async <T>(response: Response): Promise<T> => (await response.json()) as T;

describe('maintenance', () => {
  it('previews what a definition means, in three zones and with the changes of the clocks', async () => {
    const shown = await api.postJson('/api/v1/maintenance/preview?viewerZone=America/New_York', WINDOW);
    const { items, targetCount } = await json<WindowPreview>(shown);
    expect([shown.status, items.length, targetCount]).toEqual([200, 5, 0]);
    expect(items[0]).toEqual({
      ...{ date: '2031-03-30', startsAt: '2031-03-30T01:00:00.000Z', endsAt: '2031-03-30T02:00:00.000Z' },
      inWindowZone: { start: '2031-03-30T03:00+02:00', end: '2031-03-30T04:00+02:00' },
      inViewerZone: { start: '2031-03-29T21:00-04:00', end: '2031-03-29T22:00-04:00' },
      ...{ startNote: 'in_gap', endNote: null, crossesClockChange: true, minutes: 60 },
    });
    expect(items[1].startNote).toBeNull();
  });

  it.each(REFUSED)('refuses %j at its member', async (change, member, text) => {
    const refused = await api.postJson('/api/v1/maintenance', { ...WINDOW, ...change });
    const { errors } = await json<{ errors: { pointer: string; detail: string }[] }>(refused);
    expect([refused.status, errors.map(({ pointer }) => pointer)]).toEqual([400, [`#/${member}`]]);
    expect(errors[0].detail).toContain(text);
  });

  it('imports the notices of a calendar after a preview, and refuses a file that is none', async () => {
    const calendar = NOTICE_CALENDAR;
    const send = (path: string, body: object = { calendar }) =>
      api.postJson(`/api/v1/maintenance/imports${path}`, body);
    expect((await json<NoticeImport>(await send('/preview'))).items[0]).toMatchObject({
      ...{ action: 'schedule', scope: 'circuit=acme-1', notes: [expect.stringContaining('without targets: acme-1')] },
    });
    const { windowId } = (await json<NoticeImport>(await send(''))).items[0];
    expect((await json<NoticeImport>(await send(''))).items[0]).toMatchObject({ action: 'none', windowId });
    const window = await json<WindowView>(await api.sendRequest(`/api/v1/maintenance/${windowId}`));
    expect(window.notice).toMatchObject({ provider: 'example.com', status: 'tentative' });
    await api.sendJson('DELETE', `/api/v1/maintenance/${windowId}`);
    for (const [body, pointer] of [
      [{ calendar: 'hello' }, '#/calendar'],
      [{ calendar, tag: 'a b' }, '#/tag'],
      [{ calendar, timeZone: 'Mars' }, '#/timeZone'],
    ] as const) {
      const refused = await send('', body);
      const { errors } = await json<{ errors: { pointer: string }[] }>(refused);
      expect([refused.status, errors[0].pointer]).toEqual([400, pointer]);
    }
  });

  it('schedules once per key, amends by ETag, changes one date, lists and cancels', async () => {
    const send = () => api.postJson('/api/v1/maintenance', WINDOW, { 'idempotency-key': 'one' });
    const made = await send();
    const window = await json<WindowView>(made);
    expect([made.status, made.headers.get('location')]).toEqual([201, `/api/v1/maintenance/${window.id}`]);
    expect(await json<WindowView>(await send())).toEqual(window);

    const path = `/api/v1/maintenance/${window.id}`;
    const amended = {
      ...WINDOW,
      rrule: 'FREQ=DAILY',
      date: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
    };
    expect((await api.sendJson('PUT', path, amended, { 'if-match': '"7"' })).status).toBe(412);
    const { next, version } = await json<WindowView>(await api.sendJson('PUT', path, amended, { 'if-match': '"1"' }));
    expect(version).toBe(2);
    const date = next?.date ?? '';
    const moved = await json<WindowView>(
      await api.sendJson('PUT', `${path}/occurrences/${date}`, { endTime: '05:00' }),
    );
    expect(moved.changes[date]).toMatchObject({ kind: 'moved', onDate: date, startTime: '02:30', endTime: '05:00' });
    expect((await api.sendJson('PUT', `${path}/occurrences/${date}`, {})).status).toBe(400);
    expect((await api.sendJson('PUT', `${path}/occurrences/tomorrow`, { skip: true })).status).toBe(404);
    expect((await api.sendJson('DELETE', `${path}/occurrences/${date}`)).status).toBe(200);
    expect((await api.sendJson('POST', `${path}/end`)).status).toBe(409);

    const first = await json<{ items: unknown[]; next: string }>(await api.sendRequest(`${path}/occurrences?limit=2`));
    const cursor = encodeURIComponent(first.next);
    const second = await json<{ items: unknown[] }>(
      await api.sendRequest(`${path}/occurrences?limit=2&cursor=${cursor}`),
    );
    expect(second.items).toHaveLength(2);
    expect(second.items).not.toContainEqual(first.items[1]);
    expect((await api.sendRequest('/api/v1/maintenance/occurrences?cursor=x')).status).toBe(400);
    expect((await api.sendRequest(`${path}/occurrences/${date}/targets`)).status).toBe(200);

    expect((await json<WindowPage>(await api.sendRequest('/api/v1/maintenance'))).items).toHaveLength(1);
    await api.sendJson('DELETE', path);
    expect((await json<WindowPage>(await api.sendRequest('/api/v1/maintenance'))).items).toEqual([]);
    expect((await json<WindowPage>(await api.sendRequest('/api/v1/maintenance?state=all'))).items).toHaveLength(2);
  });

  it('has a calendar feed with a token of each user, which is revoked, replaced, and of no use without access', async () => {
    const cookie = await logInAs(api, 'admin', TEST_PASSWORD);
    const read = (at: string, init?: RequestInit) => fetch(api.url + at, init);
    const tokens = (method: string) =>
      fetch(`${api.url}/api/v1/maintenance/calendar-token`, { method, headers: { cookie, origin: api.url } });
    expect(await json(await tokens('GET'))).toEqual({ issuedAt: null, lastUsedAt: null });
    const { path, token } = await json<IssuedCalendarToken>(await tokens('POST'));
    const made = await json<WindowView>(
      await api.postJson('/api/v1/maintenance', {
        ...WINDOW,
        date: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
        rrule: 'FREQ=DAILY;COUNT=3',
      }),
    );
    const skipped = made.next?.date ?? '';
    await api.sendJson('PUT', `/api/v1/maintenance/${made.id}/occurrences/${skipped}`, { skip: true });

    const answer = await read(path);
    const text = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
    const events = text
      .split('BEGIN:VEVENT')
      .slice(1)
      .filter((event) => event.includes(made.id));
    expect(events.map((event) => /STATUS:(\w+)/.exec(event)?.[1])).toEqual(['CANCELLED', 'CONFIRMED', 'CONFIRMED']);
    expect(events[1]).toContain('SEQUENCE:1\r\n');
    const etag = answer.headers.get('etag') ?? '';
    const again = await read(path, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    await api.sendJson('DELETE', `/api/v1/maintenance/${made.id}`);

    const stored = await api.control.query<{ text: string }>(
      `SELECT t::text AS text FROM maintenance_calendar_token t UNION ALL SELECT data::text FROM event WHERE stream LIKE 'calendar-%'`,
    );
    expect(stored.some((row) => row.text.includes(token.slice(4)))).toBe(false);
    expect((await json<{ lastUsedAt: string | null }>(await tokens('GET'))).lastUsedAt).not.toBeNull();
    const { path: other } = await json<IssuedCalendarToken>(await tokens('POST'));
    expect((await read(path)).status).toBe(401);
    expect((await read(other)).status).toBe(200);
    await api.control.execute(`UPDATE user_account SET role = 'viewer', scope = 'site=fra'`);
    expect((await read(other)).status).toBe(403);
    await api.control.execute(`UPDATE user_account SET role = 'admin', scope = NULL, disabled_at = now()`);
    expect((await read(other)).status).toBe(401);
    await api.control.execute('UPDATE user_account SET disabled_at = NULL');
    expect((await tokens('DELETE')).status).toBe(204);
    expect((await read(other)).status).toBe(401);
    expect((await read('/api/v1/maintenance/calendar.ics?token=x')).status).toBe(401);
    expect((await read('/api/v1/maintenance/calendar.ics')).status).toBe(400);
    expect((await api.sendRequest('/api/v1/maintenance/calendar-token', { method: 'POST' })).status).toBe(409);
  });

  it('marks the targets of open occurrences, in the list, by the filter and in their status', async () => {
    await api.control.execute(
      `INSERT INTO target_list (key, id, ip, vrf, tags, tier, version, registered_at)
       SELECT n, gen_random_uuid(), '192.0.2.0'::inet + n, 'default', '{}', 'fast', 1, now() FROM generate_series(1, 2) AS n`,
    );
    const made = await api.postJson('/api/v1/maintenance/silences', {
      scope: 'tier=fast',
      minutes: 60,
      reason: 'noise',
    });
    const { next } = await json<WindowView>(made);
    await api.control.execute(`UPDATE maintenance_occurrence SET state = 'open'`);
    await api.control.execute(
      `INSERT INTO maintenance_member SELECT window_id, date, 2, now() FROM maintenance_occurrence WHERE state = 'open'`,
    );
    const mark = { occurrence: next?.id, until: next?.endsAt, kind: 'silence', title: 'noise', by: 'admin' };
    const listed = async (filter: string) => {
      const page = await json<TargetPage>(await api.sendRequest(`/api/v1/targets?sort=ip&filter=${filter}`));
      return page.items.map(({ ip, maintenance }) => [ip, maintenance]);
    };
    expect(await listed('maintenance=true')).toEqual([['192.0.2.2', mark]]);
    expect(await listed('maintenance!=true')).toEqual([['192.0.2.1', null]]);
    const status = await json<TargetStatusView>(await api.sendRequest('/api/v1/targets/192.0.2.2/status'));
    expect(status.maintenance).toEqual(mark);
    expect((await api.sendRequest('/api/v1/targets?at=now&filter=maintenance=true')).status).toBe(400);
  });

  it('lets operators silence, engineers schedule, and viewers read', async () => {
    const silence = { scope: 'site=fra', minutes: 120, reason: 'noise' };
    const as = (role: 'viewer' | 'operator', path: string, body: object) =>
      api.sendRequest(path, {
        ...{ role, method: 'POST', body: JSON.stringify(body) },
        headers: { 'content-type': 'application/json' },
      });
    expect((await as('operator', '/api/v1/maintenance/silences', silence)).status).toBe(201);
    expect((await as('viewer', '/api/v1/maintenance/silences', silence)).status).toBe(403);
    expect((await as('operator', '/api/v1/maintenance', WINDOW)).status).toBe(403);
    expect((await as('viewer', '/api/v1/maintenance/preview', WINDOW)).status).toBe(200);
  });
});
