import type { NoticeImport, WindowPage, WindowPreview, WindowView } from '@icmp-mon/maintenance/contract';
import type { TargetStatusView } from '@icmp-mon/status/contract';
import type { TargetPage } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

const WINDOW = {
  ...{ title: 'Line cards', scope: 'site=fra', timeZone: 'Europe/Berlin', date: '2031-03-30', rrule: 'FREQ=YEARLY' },
  ...{ startTime: '02:30', endTime: '04:00' },
};

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

  it.each([
    [{ timeZone: 'Europe/Frankfurt' }, 'timeZone', 'tz database'],
    [{ timeZone: '+02:00' }, 'timeZone', 'tz database'],
    [{ date: '2031-02-29' }, 'date', 'must be a date'],
    [{ date: '2020-03-30', rrule: null }, 'date', 'in the past'],
    [{ startTime: '24:00' }, 'startTime', 'from 00:00 to 23:59'],
    [{ endTime: '02:30' }, 'endTime', 'must be after startTime'],
    [{ endDayOffset: 8 }, 'endDayOffset', '0 to 7'],
    [{ endDayOffset: 7 }, 'endDayOffset', 'longer than 7 days'],
    [{ rrule: 'FREQ=HOURLY' }, 'rrule', 'must have FREQ'],
    [{ rrule: 'FREQ=DAILY;BYHOUR=2' }, 'rrule', 'BYHOUR'],
    [{ rrule: 'FREQ=MONTHLY;BYMONTHDAY=32' }, 'rrule', 'BYMONTHDAY'],
    [{ rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }, 'rrule', 'no month of BYMONTH=2 has'],
    [{ rrule: 'FREQ=MONTHLY;BYMONTH=2,4;BYMONTHDAY=1,-31' }, 'rrule', 'BYMONTHDAY with -31'],
    [{ rrule: 'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=31;BYYEARDAY=1' }, 'rrule', 'matches no date'],
    [{ rrule: 'FREQ=WEEKLY;BYDAY=1TU' }, 'rrule', 'no meaning with FREQ=WEEKLY'],
    [{ rrule: 'FREQ=YEARLY;BYWEEKNO=3;BYDAY=1TU' }, 'rrule', 'no meaning with BYWEEKNO'],
    [{ rrule: 'FREQ=MONTHLY;BYDAY=6MO' }, 'rrule', 'a month has each weekday at most 5 times'],
    [{ rrule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=MO,-6TU' }, 'rrule', 'BYDAY with -6'],
    [{ rrule: 'FREQ=YEARLY;BYDAY=54MO' }, 'rrule', 'a year has each weekday at most 53 times'],
    [{ rrule: 'FREQ=MONTHLY;BYDAY=MO,XX' }, 'rrule', 'list of weekdays'],
    [{ rrule: 'FREQ=DAILY;UNTIL=20310401T000000Z' }, 'rrule', 'UNTIL=20271231'],
    [{ scope: 'status=down' }, 'scope', 'not a filter'],
    [{ title: ' ' }, 'title', '1 to 200'],
    [{ announcedAt: 'yesterday' }, 'announcedAt', 'ISO 8601'],
    [{ announcedAt: '1 Dec 2026 (\u001b[31m)' }, 'announcedAt', 'ISO 8601'],
    [{ announcedAt: '2026-12-01T10:00' }, 'announcedAt', 'ISO 8601'],
  ])('refuses %j at its member', async (change, member, text) => {
    const refused = await api.postJson('/api/v1/maintenance', { ...WINDOW, ...change });
    const { errors } = await json<{ errors: { pointer: string; detail: string }[] }>(refused);
    expect([refused.status, errors.map(({ pointer }) => pointer)]).toEqual([400, [`#/${member}`]]);
    expect(errors[0].detail).toContain(text);
  });

  it('imports the notices of a calendar after a preview, and refuses a file that is none', async () => {
    const calendar = [
      ...[
        'BEGIN:VCALENDAR',
        'BEGIN:VEVENT',
        'SUMMARY:Line',
        'DTSTART:20310310T080000Z',
        'DTEND:20310310T100000Z',
        'UID:1',
      ],
      ...['X-MAINTNOTE-PROVIDER:example.com', 'X-MAINTNOTE-MAINTENANCE-ID:WO-1', 'X-MAINTNOTE-OBJECT-ID:acme-1'],
      ...['X-MAINTNOTE-STATUS:TENTATIVE', 'END:VEVENT', 'END:VCALENDAR', ''],
    ].join('\r\n');
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
    const mark = { occurrence: next?.id, until: next?.endsAt };
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
