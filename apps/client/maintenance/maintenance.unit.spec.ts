import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { WindowView } from '@icmp-mon/maintenance/contract';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerJson, type FakeApi, startFakeApi } from '../testing/fake-api';
import { type Ended, runCaptured } from '../testing/run-captured';

const ID = '01936d2e-7c1a-7b3e-9a51-0242ac120021';
const DEFINITION: WindowView['definition'] = {
  ...{ title: 'Line cards', name: 'fra', reason: null, ticket: null, scope: 'site=fra', slaClass: 'excluded' },
  ...{ timeZone: 'Europe/Berlin', date: '2027-03-28', startTime: '02:30', endTime: '04:00', endDayOffset: 0 },
  ...{ rrule: null, announcedAt: null },
};
const WINDOW: WindowView = {
  ...{ id: ID, kind: 'window', definition: DEFINITION, changes: {}, version: 1, scheduledAt: '', state: 'planned' },
  ...{ next: null, notice: null },
};
const OCCURRENCE = {
  ...{ date: '2027-03-28', startsAt: '2027-03-28T01:00:00.000Z', endsAt: '2027-03-28T02:00:00.000Z' },
  ...{ state: 'open', title: 'Line cards', scope: 'site=fra', closedAt: null, targetCount: 12 },
  inWindowZone: { start: '2027-03-28T03:00+02:00', end: '2027-03-28T04:00+02:00' },
  crossesClockChange: true,
};

const IMPORTED = {
  notice: { provider: 'example.com', account: '', maintenanceId: 'WO-1', uid: '42' },
  ...{ summary: 'Line', status: 'confirmed', impact: 'outage', objects: [], scope: 'circuit=a', windowId: null },
  ...{ startsAt: '2027-03-28T01:00:00.000Z', endsAt: '2027-03-28T02:00:00.000Z' },
  ...{ action: 'schedule', why: 'It is new.', notes: ['1 object without targets: a.'] },
};

let fake: FakeApi;
beforeEach(async () => {
  fake = await startFakeApi(({ method, path: wanted }, response) => {
    if (wanted.includes('/imports')) return answerJson(response, { items: [IMPORTED] });
    if (wanted.includes('/preview')) return answerJson(response, { items: [OCCURRENCE], targetCount: 12 });
    if (wanted.endsWith('/amend')) return answerJson(response, { ...OCCURRENCE, id: ID, slaClass: 'counted' });
    if (wanted.includes('/occurrences')) return answerJson(response, { items: [OCCURRENCE], next: null });
    if (method === 'GET' && !wanted.includes(ID)) {
      return answerJson(response, { items: wanted.includes('name=none') ? [] : [WINDOW], next: null });
    }
    answerJson(response, WINDOW);
  });
});
afterEach(() => fake.stop());

const run = (...words: string[]): Promise<Ended> =>
  runCaptured(['maintenance', ...words], { ICMPMON_URL: fake.url, ICMPMON_API_KEY: 'imk_x' });
const asked = () => fake.received.map(({ method, path: asked }) => `${method} ${asked.replace('/api/v1/', '')}`);

it('lists windows and what is open', async () => {
  expect((await run('list')).out).toMatch(/fra +Line cards +site=fra +planned/);
  expect((await run('occurrences', '--state', 'open')).out).toMatch(/open +Line cards +site=fra +12/);
});

it('shows the next occurrences, and schedules only with --yes', async () => {
  const words = ['--title', 'Line cards', '--scope', 'site=fra', '--zone', 'Europe/Berlin', '--date', '2027-03-28'];
  const times = ['--start', '02:30', '--end', '04:00'];
  const shown = await run('schedule', ...words, ...times);
  expect([shown.code, shown.out]).toEqual([3, expect.stringContaining('2027-03-28T03:00+02:00')]);
  expect(shown.out).toContain('change');
  expect(shown.err).toContain('12 targets in the scope now.');
  expect((await run('schedule', ...words, ...times, '--yes')).code).toBe(0);
  expect(asked()).toEqual(['POST maintenance/preview', 'POST maintenance']);
});

it('finds a window by name or id, ends, extends and cancels it', async () => {
  await run('end', 'fra');
  await run('extend', ID, '--minutes', '30', '--date', '2027-03-28');
  expect((await run('cancel', ID)).code).toBe(3);
  expect((await run('cancel', ID, '--yes')).code).toBe(0);
  expect(asked()).toEqual([
    ...['GET maintenance?name=fra&state=all', `POST maintenance/${ID}/end`],
    ...[`GET maintenance/${ID}`, `POST maintenance/${ID}/extend?date=2027-03-28`],
    ...[`GET maintenance/${ID}`, `GET maintenance/${ID}`, `DELETE maintenance/${ID}`],
  ]);
  const unknown = await run('show', 'none');
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('No window has the name "none"')]);
});

it('amends the record of an occurrence', async () => {
  const words = ['amend-record', ID, '--date', '2027-03-28', '--end', '2027-03-28T02:00:00Z', '--sla', 'counted'];
  expect((await run(...words, '--reason', 'later')).code).toBe(0);
  expect(asked()).toEqual([`GET maintenance/${ID}`, `POST maintenance/${ID}/occurrences/2027-03-28/amend`]);
  expect(JSON.parse(fake.received[1].body)).toEqual({
    ...{ endsAt: '2027-03-28T02:00:00Z', slaClass: 'counted', reason: 'later' },
  });
  expect((await run(...words)).code).toBe(2);
});

it('silences a scope', async () => {
  expect((await run('silence', '--scope', 'site=fra', '--reason', 'noise')).code).toBe(0);
  expect((await run('silence', '--scope', 'site=fra', '--reason', 'noise', '--minutes', '0')).code).toBe(2);
  expect(asked()).toEqual(['POST maintenance/silences']);
});

describe('an import', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'icmpmon-notices-'));
  const file = path.join(folder, 'notice.ics');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is shown first, joins lines that are folded within a character, and reports what maps to no target', async () => {
    const [before, after] = [Buffer.from('SUMMARY:Zürich').subarray(0, 10), Buffer.from('SUMMARY:Zürich').subarray(10)];
    writeFileSync(file, Buffer.concat([before, Buffer.from('\r\n '), after]));
    const shown = await run('import', file, '--zone', 'Europe/Berlin');
    expect([shown.code, shown.out]).toEqual([3, expect.stringMatching(/WO-1 +example.com +confirmed.*schedule/)]);
    expect(shown.err).toContain('WO-1: 1 object without targets: a.');
    expect((await run('import', file, '--yes')).code).toBe(0);
    expect(asked()).toEqual(['POST maintenance/imports/preview', 'POST maintenance/imports']);
    const [{ body }] = fake.received;
    expect(JSON.parse(body)).toEqual({ calendar: 'SUMMARY:Zürich', tag: 'circuit', timeZone: 'Europe/Berlin' });
  });

  it('refuses a file that is not UTF-8, or is not there', async () => {
    writeFileSync(file, Buffer.from('SUMMARY:Zürich', 'latin1'));
    expect(await run('import', file)).toMatchObject({ code: 1, err: expect.stringContaining('not valid UTF-8') });
    expect((await run('import', path.join(folder, 'none.ics'))).err).toContain('The calendar cannot be read');
    expect(fake.received).toEqual([]);
  });
});
