import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MaintenanceFixture, TODAY } from '../maintenance.test-fixture';
import { StoredMaintainedTargets } from './stored-maintained-targets';

let fixture: MaintenanceFixture;

beforeAll(async () => {
  fixture = await MaintenanceFixture.open();
  await fixture.place([1, 2], 'fra');
});
afterAll(() => fixture.close());

const MINUTE_MS = 60_000;
const refused = (code: string) => expect.objectContaining({ code });
const occurrenceOf = async (id: string) => {
  const rows = await fixture.control.query<{ state: string; starts_at: Date; closed_at: Date; earlier: unknown[] }>(
    'SELECT state, starts_at, closed_at, earlier FROM maintenance_occurrence WHERE window_id = $1',
    [id],
  );
  return rows[0];
};
/** Shortens the day of `TODAY` by a minute, so that its times differ. */
const LATER = { ...TODAY, endTime: '23:59', endDayOffset: 0 };
/** Opens and ends a window of today. */
async function ended(): Promise<string> {
  const { id } = await fixture.schedule(TODAY);
  await fixture.look();
  await fixture.end(id);
  await fixture.look();
  return id;
}

describe('a window that is amended after its occurrence of today has closed', () => {
  it('opens again when the new time is not over, and keeps the record of the former time', async () => {
    const id = await ended();
    const first = await occurrenceOf(id);
    expect(first.state).toBe('closed');
    await fixture.amend(id, { ...TODAY, title: 'Other cards' });
    expect((await occurrenceOf(id)).state).toBe('closed');

    await fixture.amend(id, LATER);
    const again = await occurrenceOf(id);
    expect([again.state, again.earlier.length]).toEqual(['planned', 1]);
    expect(again.starts_at.getTime()).toBeGreaterThanOrEqual(first.closed_at.getTime());
    await Promise.all([fixture.look(), fixture.look()]);
    await fixture.look();
    expect(await fixture.occurrenceEvents(id)).toEqual(['OccurrenceOpened', 'OccurrenceClosed', 'OccurrenceOpened']);
    expect(await fixture.members(id)).toHaveLength(4);
    const { next } = await fixture.window(id);
    expect(next?.earlier).toEqual([
      { startsAt: first.starts_at.toISOString(), closedAt: first.closed_at.toISOString(), slaClass: 'excluded' },
    ]);
    await fixture.end(id);
    await fixture.look();
    expect((await occurrenceOf(id)).state).toBe('closed');
  });

  it('is closed as before when the new time is taken back or cancelled, and by a change of the date', async () => {
    const elsewhere = { ...TODAY, date: '2031-05-05' };
    for (const undo of [
      (id: string) => fixture.amend(id, TODAY),
      (id: string) => fixture.amend(id, elsewhere),
      (id: string) => fixture.cancel(id),
    ]) {
      const id = await ended();
      const before = await occurrenceOf(id);
      await fixture.amend(id, { ...TODAY, startTime: '23:58', endTime: '23:59', endDayOffset: 0 });
      expect((await occurrenceOf(id)).state).toBe('planned');
      await undo(id);
      expect(await occurrenceOf(id)).toEqual(before);
    }
    const id = await ended();
    await fixture.changeDate(id, TODAY.date, { startTime: '23:58', endTime: '23:59', endDayOffset: 0 });
    expect((await occurrenceOf(id)).state).toBe('planned');
    await fixture.cancel(id);
    expect((await occurrenceOf(id)).state).toBe('closed');
  });

  it('also opens again if it was amended while it was open', async () => {
    const { id } = await fixture.schedule(TODAY);
    await fixture.look();
    await fixture.amend(id, LATER);
    expect((await occurrenceOf(id)).state).toBe('open');
    await fixture.control.execute(
      `UPDATE maintenance_occurrence SET ends_at = now() - interval '1 second' WHERE window_id = $1`,
      [id],
    );
    await fixture.look();
    await fixture.look();
    expect(await fixture.occurrenceEvents(id)).toEqual(['OccurrenceOpened', 'OccurrenceClosed', 'OccurrenceOpened']);
    await fixture.cancel(id);
  });
});

describe('the record of a closed occurrence', () => {
  it('is corrected with the times of its targets; what is open or planned has none', async () => {
    const id = await ended();
    const { starts_at: start, closed_at: end } = await occurrenceOf(id);
    const startsAt = new Date(start.getTime() - 60 * MINUTE_MS).toISOString();
    const longer = await fixture.amendRecord(id, { startsAt, slaClass: 'counted', reason: 'The crew was early.' });
    expect(longer).toMatchObject({ startsAt, closedAt: end.toISOString(), slaClass: 'counted', targetCount: 2 });
    expect(longer.amendedAt).not.toBeNull();
    expect(await fixture.members(id)).toEqual([1, 2].map((key) => ({ key, from: startsAt, to: end.toISOString() })));

    const [from, to] = [3, 2].map((hours) => new Date(Date.parse(startsAt) - hours * 60 * MINUTE_MS).toISOString());
    await fixture.amendRecord(id, { startsAt: from, endsAt: to, reason: 'It was earlier.' });
    expect(await fixture.members(id)).toEqual([1, 2].map((key) => ({ key, from, to })));
    const keys = await new StoredMaintainedTargets(fixture.control).keysDuring(Date.parse(from), Date.parse(to));
    expect([...keys].sort()).toEqual([1, 2]);
    expect(await fixture.occurrenceEvents(id)).toEqual([
      ...['OccurrenceOpened', 'OccurrenceClosed', 'OccurrenceAmended', 'OccurrenceAmended'],
    ]);

    const reason = 'wrong';
    const future = new Date(Date.now() + 60 * MINUTE_MS).toISOString();
    for (const request of [
      { endsAt: future },
      { endsAt: from },
      { startsAt: 'noon' },
      { startsAt: '2020-01-01' },
      {},
    ]) {
      await expect(fixture.amendRecord(id, { ...request, reason })).rejects.toEqual(refused('invalid'));
    }
    await expect(fixture.amendRecord(id, { reason, endsAt: to }, '2020-01-01')).rejects.toEqual(refused('not_found'));
    const open = await fixture.schedule(TODAY);
    await expect(fixture.amendRecord(open.id, { reason, endsAt: to })).rejects.toEqual(refused('conflict'));
    await fixture.look();
    await expect(fixture.amendRecord(open.id, { reason, endsAt: to })).rejects.toEqual(refused('conflict'));
    await fixture.cancel(open.id);
  });
});

it('windows and silences that overlap are a union: a target is in maintenance until the last of them has closed', async () => {
  const one = await fixture.schedule(TODAY);
  const other = await fixture.schedule({ ...TODAY, scope: 'site=fra', title: 'Other cards' });
  const silence = await fixture.silence(60);
  await fixture.look();
  const inMaintenance = async () => {
    const rows = await fixture.control.query<{ key: number }>(
      'SELECT DISTINCT target_key AS key FROM maintenance_member WHERE to_at IS NULL ORDER BY key',
    );
    return rows.map(({ key }) => key);
  };
  for (const { id } of [one, silence, other]) {
    expect(await inMaintenance()).toEqual([1, 2]);
    await fixture.end(id);
  }
  expect(await inMaintenance()).toEqual([]);
});
