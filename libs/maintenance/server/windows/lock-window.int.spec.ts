import { setTimeout as pause } from 'node:timers/promises';
import { EventStore } from '@icmp-mon/platform/event-store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MaintenanceFixture, TODAY } from '../maintenance.test-fixture';
import { expandAgain } from '../occurrences/expand-again';
import { expandWindow } from '../occurrences/expand-window';
import { lockWindow } from './lock-window';

const DAILY = { ...TODAY, rrule: 'FREQ=DAILY', startTime: '23:58', endTime: '23:59', endDayOffset: 0 };
let fixture: MaintenanceFixture;

beforeAll(async () => {
  fixture = await MaintenanceFixture.open();
});
afterAll(() => fixture.close());

it('a window that is cancelled while its occurrences are planned again keeps none of them', async () => {
  const { id } = await fixture.schedule(DAILY);
  await fixture.control.execute('DELETE FROM maintenance_occurrence WHERE window_id = $1', [id]);
  let cancelled: Promise<unknown> | undefined;
  await fixture.control.transaction(async (sql) => {
    await expandWindow(sql, id, Date.now());
    cancelled = fixture.cancel(id);
    await Promise.race([cancelled, pause(1_500)]);
  });
  await cancelled;
  expect(await fixture.control.query('SELECT date FROM maintenance_occurrence WHERE window_id = $1', [id])).toEqual([]);
});

it.each(['amend', 'cancel'] as const)('%s and new zone data do not wait for each other', async (verb) => {
  const { id } = await fixture.schedule(DAILY);
  const { control } = fixture;
  await control.execute(`UPDATE maintenance_expansion SET zone_data = '2020a' WHERE window_id = $1`, [id]);
  await control.execute(
    `UPDATE maintenance_occurrence SET starts_at = starts_at + interval '1 minute' WHERE window_id = $1`,
    [id],
  );
  let changed: Promise<unknown> | undefined;
  await control.transaction(async (sql) => {
    await lockWindow(sql, id);
    changed = verb === 'cancel' ? fixture.cancel(id) : fixture.amend(id, { ...DAILY, title: 'Other cards' });
    await pause(300);
    // In the other order, the request has appended its event here, for which this append waits.
    await expandAgain(sql, new EventStore(control), id, Date.now());
  });
  await changed;
  const types = await control.query<{ type: string }>(
    `SELECT type FROM event WHERE stream = 'maintenance-' || $1 ORDER BY version`,
    [id],
  );
  const last = verb === 'cancel' ? 'MaintenanceCancelled' : 'MaintenanceAmended';
  expect(types.map(({ type }) => type)).toEqual(['MaintenanceScheduled', 'MaintenanceZoneChanged', last]);
});
