import type { WindowView } from '@icmp-mon/maintenance/contract';
import { afterEach, beforeEach, expect, it } from 'vitest';
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
  next: null,
};
const OCCURRENCE = {
  ...{ date: '2027-03-28', startsAt: '2027-03-28T01:00:00.000Z', endsAt: '2027-03-28T02:00:00.000Z' },
  ...{ state: 'open', title: 'Line cards', scope: 'site=fra', closedAt: null, targetCount: 12 },
  inWindowZone: { start: '2027-03-28T03:00+02:00', end: '2027-03-28T04:00+02:00' },
  crossesClockChange: true,
};

let fake: FakeApi;
beforeEach(async () => {
  fake = await startFakeApi(({ method, path }, response) => {
    if (path.includes('/preview')) return answerJson(response, { items: [OCCURRENCE], targetCount: 12 });
    if (path.includes('/occurrences')) return answerJson(response, { items: [OCCURRENCE], next: null });
    if (method === 'GET' && !path.includes(ID)) {
      return answerJson(response, { items: path.includes('name=none') ? [] : [WINDOW], next: null });
    }
    answerJson(response, WINDOW);
  });
});
afterEach(() => fake.stop());

const run = (...words: string[]): Promise<Ended> =>
  runCaptured(['maintenance', ...words], { ICMPMON_URL: fake.url, ICMPMON_API_KEY: 'imk_x' });
const asked = () => fake.received.map(({ method, path }) => `${method} ${path.replace('/api/v1/', '')}`);

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

it('silences a scope', async () => {
  expect((await run('silence', '--scope', 'site=fra', '--reason', 'noise')).code).toBe(0);
  expect((await run('silence', '--scope', 'site=fra', '--reason', 'noise', '--minutes', '0')).code).toBe(2);
  expect(asked()).toEqual(['POST maintenance/silences']);
});
