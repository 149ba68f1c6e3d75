import { ActorNames } from '@icmp-mon/identity/contract';
import { rebuild } from '@icmp-mon/platform/rebuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MaintenanceFixture, TODAY } from './maintenance.test-fixture';
import { forgetOccurrences } from './occurrences/forget-occurrences';
import { StoredMaintainedTargets } from './occurrences/stored-maintained-targets';
import { StoredTargetsInMaintenance } from './occurrences/stored-targets-in-maintenance';
import { windowModel } from './windows/window-model';

let fixture: MaintenanceFixture;

beforeAll(async () => {
  fixture = await MaintenanceFixture.open();
  await fixture.place([1, 2], 'fra');
});
afterAll(() => fixture.close());

const refused = (code: string) => expect.objectContaining({ code });
class Names extends ActorNames {
  override namesOf = () => Promise.resolve(new Map([['user:test', 'test']]));
}
const marksOf = (keys: number[]) => new StoredTargetsInMaintenance(fixture.control, new Names()).byKeys(keys);
const rowsOf = (id: string) =>
  fixture.control.query<{ date: string; starts_at: Date; moved: boolean; state: string }>(
    `SELECT date::text AS date, starts_at, moved, state FROM maintenance_occurrence WHERE window_id = $1 ORDER BY date`,
    [id],
  );
/** Lets an occurrence have begun and ended in the past, as if no worker had run. */
const setTimes = (id: string, start: string, end: string) =>
  fixture.control.execute(
    `UPDATE maintenance_occurrence SET starts_at = now() + $2::interval, ends_at = now() + $3::interval
     WHERE window_id = $1 AND state <> 'closed'`,
    [id, start, end],
  );

describe('a window', () => {
  it('has its occurrences of the next 400 days as soon as it is scheduled, each editable alone', async () => {
    const daily = { ...TODAY, date: '2030-01-01', rrule: null };
    await expect(fixture.schedule({ ...TODAY, date: '2020-01-01' })).rejects.toEqual(refused('invalid'));
    const far = await fixture.schedule(daily);
    expect([far.state, far.next]).toEqual(['planned', null]);

    const { id, next } = await fixture.schedule({
      ...TODAY,
      rrule: 'FREQ=DAILY',
      startTime: '23:58',
      endTime: '23:59',
      endDayOffset: 0,
    });
    const rows = await rowsOf(id);
    expect(rows.length).toBeGreaterThanOrEqual(400);
    expect(next?.date).toBe(rows[0].date);

    const [, skipped, moved] = rows;
    await fixture.changeDate(id, skipped.date, { skip: true });
    const changed = await fixture.changeDate(id, moved.date, { startTime: '10:00' });
    expect(Object.keys(changed.changes)).toEqual([skipped.date, moved.date]);
    expect((await rowsOf(id)).slice(0, 3).map(({ date }) => date)).toEqual([rows[0].date, moved.date, rows[3].date]);
    expect((await rowsOf(id))[1]).toMatchObject({ moved: true, starts_at: new Date(`${moved.date}T10:00:00Z`) });
    await fixture.changeDate(id, skipped.date, null);
    expect(await rowsOf(id)).toHaveLength(rows.length);
    await expect(fixture.changeDate(id, '2020-01-01', { skip: true })).rejects.toEqual(refused('not_found'));

    const past = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
    await expect(fixture.changeDate(id, moved.date, { onDate: past })).rejects.toEqual(refused('invalid'));
    expect(await rowsOf(id)).toHaveLength(rows.length);

    const amended = await fixture.amend(id, { ...TODAY, date: '2031-05-05' }, changed.version + 1);
    expect([amended.state, await rowsOf(id)]).toEqual(['planned', []]);
    await expect(fixture.amend(id, TODAY, 1)).rejects.toEqual(refused('precondition_failed'));
  });

  it('has a name that no other has until it is cancelled', async () => {
    const named = { ...TODAY, name: 'acme:1', date: '2030-01-01' };
    const { id } = await fixture.schedule(named);
    await expect(fixture.schedule(named)).rejects.toEqual(refused('conflict'));
    await fixture.cancel(id);
    expect((await fixture.schedule(named)).definition.name).toBe('acme:1');
  });
});

describe('the worker', () => {
  it('opens and closes each occurrence once, with several workers, and with none at its time', async () => {
    const { id, next } = await fixture.schedule(TODAY);
    const start = next?.startsAt;
    const other = fixture.newWatch();
    await Promise.all([fixture.watch.runTurn(), other.runTurn(), fixture.newWatch().runTurn()]);
    await fixture.look();
    expect(await fixture.occurrenceEvents(id)).toEqual(['OccurrenceOpened']);
    expect(await fixture.members(id)).toEqual([1, 2].map((key) => ({ key, from: start, to: null })));
    await setTimes(id, '-3 hours', '-1 hour');
    await Promise.all([fixture.watch.runTurn(), other.runTurn()]);
    expect(await fixture.occurrenceEvents(id)).toEqual(['OccurrenceOpened', 'OccurrenceClosed']);

    const late = await fixture.schedule(TODAY);
    await setTimes(late.id, '-3 hours', '-1 hour');
    await fixture.look();
    expect(await fixture.occurrenceEvents(late.id)).toEqual(['OccurrenceOpened', 'OccurrenceClosed']);
    const [row] = await fixture.members(late.id);
    expect(Date.parse(row.to ?? '') - Date.parse(row.from)).toBe(2 * 3_600_000);
  });

  it('opens again what a crash rolled back', async () => {
    const { id } = await fixture.schedule(TODAY);
    const crashing = fixture.control.transaction(async (sql) => {
      await sql.query('SELECT FROM maintenance_occurrence WHERE window_id = $1 FOR UPDATE', [id]);
      await sql.execute(`UPDATE maintenance_occurrence SET state = 'open' WHERE window_id = $1`, [id]);
      throw new Error('crash');
    });
    await expect(crashing).rejects.toThrow('crash');
    await fixture.look();
    expect(await fixture.occurrenceEvents(id)).toEqual(['OccurrenceOpened']);
    await fixture.end(id);
  });

  it('records which targets join and leave the scope while it is open, and marks them', async () => {
    const { id } = await fixture.schedule(TODAY);
    await fixture.look();
    await fixture.place([3], 'fra');
    await fixture.place([2], 'ber');
    await fixture.look();
    const open = (await fixture.members(id)).filter(({ to }) => to === null).map(({ key }) => key);
    expect(open).toEqual([1, 3]);
    const marks = await marksOf([1, 2, 3]);
    expect([...marks.keys()].sort()).toEqual([1, 3]);
    expect(marks.get(1)).toMatchObject({ occurrence: `${id}@${TODAY.date}`, title: TODAY.title, by: 'test' });

    const ended = await fixture.end(id);
    expect(ended.state).toBe('over');
    expect(await marksOf([1, 2, 3])).toEqual(new Map());
    const maintained = new StoredMaintainedTargets(fixture.control);
    expect([...(await maintained.keysDuring(Date.now() - 60_000, Date.now() + 60_000))].sort()).toEqual([1, 2, 3]);
    expect(await maintained.keysDuring(0, 60_000)).toEqual(new Set());
    const [row] = await fixture.control.query<{ target_count: number; close_cause: string }>(
      'SELECT target_count, close_cause FROM maintenance_occurrence WHERE window_id = $1',
      [id],
    );
    expect(row).toEqual({ target_count: 3, close_cause: 'ended_early' });
    await expect(fixture.end(id)).rejects.toEqual(refused('conflict'));
    await expect(fixture.changeDate(id, TODAY.date, { skip: true })).rejects.toEqual(refused('conflict'));
  });

  it('extends, silences, cancels', async () => {
    const { id, next } = await fixture.silence(60);
    await fixture.look();
    const extended = await fixture.extend(id, 30);
    expect(Date.parse(extended.next?.endsAt ?? '') - Date.parse(next?.endsAt ?? '')).toBe(30 * 60_000);
    await expect(fixture.extend(id, 7 * 24 * 60)).rejects.toEqual(refused('invalid'));
    await expect(fixture.amend(id, TODAY)).rejects.toEqual(refused('conflict'));
    expect((await fixture.cancel(id)).state).toBe('cancelled');
    expect(await fixture.occurrenceEvents(id)).toEqual(['OccurrenceOpened', 'OccurrenceExtended', 'OccurrenceClosed']);
    expect((await fixture.cancel(id)).state).toBe('cancelled');
    await expect(fixture.cancel('01936d2e-7c1a-7b3e-9a51-0242ac120002')).rejects.toEqual(refused('not_found'));
  });

  it('expands again when the zone data is new, and records what moved', async () => {
    const { id } = await fixture.schedule({
      ...TODAY,
      rrule: 'FREQ=DAILY',
      startTime: '23:58',
      endTime: '23:59',
      endDayOffset: 0,
    });
    const rows = await rowsOf(id);
    await fixture.control.execute(`UPDATE maintenance_expansion SET zone_data = '2020a' WHERE window_id = $1`, [id]);
    await fixture.control.execute(
      `UPDATE maintenance_occurrence SET starts_at = starts_at + interval '1 hour' WHERE window_id = $1 AND date = $2::date`,
      [id, rows[5].date],
    );
    await fixture.look();
    await fixture.look();
    const events = await fixture.control.query<{ data: { moved: { date: string }[] } }>(
      `SELECT data FROM event WHERE type = 'MaintenanceZoneChanged' AND stream = 'maintenance-' || $1`,
      [id],
    );
    expect(events.map(({ data }) => data.moved.map(({ date }) => date))).toEqual([[rows[5].date]]);
    expect(await rowsOf(id)).toEqual(rows);
  });
});

describe('what is stored', () => {
  it('is the same when windows are rebuilt from the event store', async () => {
    const { control } = fixture;
    const outcome = await rebuild(windowModel(control), { database: control, replace: false, report: () => undefined });
    expect(outcome.differences).toEqual([]);
  });

  it('is deleted after 13 months, with the targets', async () => {
    await fixture.control.execute(
      `UPDATE maintenance_occurrence SET closed_at = now() - interval '397 days' WHERE state = 'closed'`,
    );
    expect(await forgetOccurrences(fixture.control, 100)).toBeGreaterThan(0);
    expect(await forgetOccurrences(fixture.control, 100)).toBe(0);
  });
});
