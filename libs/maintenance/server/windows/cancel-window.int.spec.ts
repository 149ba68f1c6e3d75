import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { MaintenanceFixture, TODAY } from '../maintenance.test-fixture';
import { expandWindow } from '../occurrences/expand-window';

it('a window that is cancelled while its occurrences are planned again keeps none of them', async () => {
  const fixture = await MaintenanceFixture.open();
  const { id } = await fixture.schedule({
    ...TODAY,
    rrule: 'FREQ=DAILY',
    startTime: '23:58',
    endTime: '23:59',
    endDayOffset: 0,
  });
  await fixture.control.execute('DELETE FROM maintenance_occurrence WHERE window_id = $1', [id]);
  let cancelled: Promise<unknown> | undefined;
  await fixture.control.transaction(async (sql) => {
    await expandWindow(sql, id, Date.now());
    cancelled = fixture.cancel(id);
    await Promise.race([cancelled, pause(1_500)]);
  });
  await cancelled;
  expect(await fixture.control.query('SELECT date FROM maintenance_occurrence WHERE window_id = $1', [id])).toEqual([]);
  await fixture.close();
});
