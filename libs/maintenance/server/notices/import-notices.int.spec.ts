import { rebuild } from '@icmp-mon/platform/rebuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MaintenanceFixture } from '../maintenance.test-fixture';
import { windowModel } from '../windows/window-model';
import { calendarOf, EXAMPLES, noticeLines } from './notices.test-data';

let fixture: MaintenanceFixture;

beforeAll(async () => {
  fixture = await MaintenanceFixture.open();
  await fixture.place([1, 2], 'acme-1', 'circuit');
});
afterAll(() => fixture.close());

const HOUR_MS = 3_600_000;
/** A time from now on as calendars write it. */
const at = (hours: number): string =>
  new Date(Date.now() + hours * HOUR_MS).toISOString().slice(0, 16).replace(/[-:]/g, '') + '00Z';
const withStatus = (status: string): string => `X-MAINTNOTE-STATUS:${status}`;

/** Imports one notice of a maintenance that the test alone has. */
const importOne = async (uid: string, members: Parameters<typeof noticeLines>[0]) =>
  (await fixture.importNotices(calendarOf(noticeLines({ uid, impact: 'OUTAGE', ...members }))))[0];

describe('notices', () => {
  it('of the standard schedule, amend and cancel one window, each once, in the order of their sequence', async () => {
    const [preview] = await fixture.previewImport(EXAMPLES['first']);
    expect(preview).toMatchObject({ action: 'schedule', windowId: null, scope: 'circuit=acme-1' });
    expect(preview.objects).toEqual([{ id: 'acme-1', impact: 'no_impact', isCovered: true, targetCount: 2 }]);

    const both = await Promise.all([
      fixture.importNotices(EXAMPLES['first']),
      fixture.importNotices(EXAMPLES['first']),
    ]);
    expect(both.map(([{ action }]) => action).sort()).toEqual(['none', 'schedule']);
    const id = both[0][0].windowId ?? '';
    expect(both[1][0].windowId).toBe(id);

    const [updated] = await fixture.importNotices(EXAMPLES['updated']);
    expect([updated.action, updated.windowId]).toEqual(['amend', id]);
    const window = await fixture.window(id);
    expect(window).toMatchObject({ state: 'planned', definition: { date: '2031-03-12' } });
    expect(window.notice).toMatchObject({ status: 'confirmed', sequence: 2, maintenanceId: 'WorkOrder-1' });

    expect((await fixture.importNotices(EXAMPLES['first']))[0]).toMatchObject({
      ...{ action: 'none', why: expect.stringContaining('sequence 2') },
    });
    expect((await fixture.importNotices(EXAMPLES['cancelled']))[0]).toMatchObject({ action: 'cancel', windowId: id });
    expect((await fixture.window(id)).state).toBe('cancelled');
    expect((await fixture.importNotices(EXAMPLES['cancelled']))[0].action).toBe('none');

    const [again] = await fixture.importNotices(EXAMPLES['completed'].replace('COMPLETED', 'CONFIRMED'));
    expect(again).toMatchObject({ action: 'schedule', why: expect.stringContaining('again') });
    expect(again.windowId).not.toBe(id);
    await fixture.cancel(again.windowId ?? '');
  });

  it('that cancel what is unknown keep an earlier notice from scheduling it', async () => {
    const times = { start: at(2), end: at(4) };
    const cancelled = await importOne('early', { ...times, sequence: 3, status: withStatus('CANCELLED') });
    expect(cancelled).toMatchObject({ action: 'cancel', why: expect.stringContaining('recorded') });
    expect((await importOne('early', { ...times, sequence: 1 })).action).toBe('none');
    expect((await fixture.window(cancelled.windowId ?? '')).state).toBe('cancelled');
  });

  it('let what is open end later, earlier, or now', async () => {
    const start = at(-1);
    const { windowId } = await importOne('open', { start, end: at(2), sequence: 1 });
    const id = windowId ?? '';
    await fixture.look();
    expect(await fixture.members(id)).toHaveLength(2);
    const later = at(5);
    expect((await importOne('open', { start, end: later, sequence: 2 })).action).toBe('amend');
    const { next } = await fixture.window(id);
    expect([next?.state, next?.endsAt.replace(/[-:]/g, '').slice(0, 13)]).toEqual(['open', later.slice(0, 13)]);
    const ended = await importOne('open', { start, end: later, sequence: 3, status: withStatus('COMPLETED') });
    expect(ended.action).toBe('end');
    expect(await fixture.occurrenceEvents(id)).toEqual(['OccurrenceOpened', 'OccurrenceExtended', 'OccurrenceClosed']);
    await fixture.look();
    expect((await fixture.window(id)).state).toBe('over');
  });

  it('close what is open when the work is moved to another day, where it is planned', async () => {
    const { windowId } = await importOne('moved', { start: at(-1), end: at(2), sequence: 1 });
    const id = windowId ?? '';
    await fixture.look();
    await importOne('moved', { start: at(72), end: at(74), sequence: 2 });
    expect(await fixture.occurrenceEvents(id)).toEqual(['OccurrenceOpened', 'OccurrenceClosed']);
    expect(await fixture.window(id)).toMatchObject({ state: 'planned' });
    await fixture.cancel(id);
  });

  it('keep what people changed in the window', async () => {
    const times = { start: at(24), end: at(26) };
    const { windowId } = await importOne('kept', { ...times, sequence: 1 });
    const id = windowId ?? '';
    const { definition } = await fixture.window(id);
    await fixture.amend(id, { ...definition, scope: 'site=fra' });
    await importOne('kept', { ...times, sequence: 2, status: withStatus('CONFIRMED') });
    expect((await fixture.window(id)).definition).toEqual({ ...definition, scope: 'site=fra' });
    await fixture.cancel(id);
  });

  it('are refused alone, with what is wrong; objects without targets and other windows are named', async () => {
    const times = { start: at(24), end: at(26), impact: 'OUTAGE' };
    const items = await fixture.importNotices(
      calendarOf(
        noticeLines({ ...times, uid: 'a', objects: ['X-MAINTNOTE-OBJECT-ID:none-1'] }),
        ['SUMMARY:lunch', `DTSTART:${at(1)}`, `DTEND:${at(2)}`],
        noticeLines({ ...times, uid: 'b', objects: [] }),
        noticeLines({ ...times, uid: 'c' }),
        noticeLines({ ...times, uid: 'd', start: at(-9), end: at(-8) }),
      ),
    );
    expect(items.map(({ action }) => action)).toEqual(['schedule', 'refused', 'refused', 'schedule', 'none']);
    expect(items[0].notes).toEqual([expect.stringContaining('1 object without targets: none-1')]);
    expect(items[1]).toMatchObject({
      summary: 'lunch',
      why: expect.stringContaining('X-MAINTNOTE-PROVIDER'),
      notice: null,
    });
    expect(items[2].why).toContain('names no object');
    expect(items[3].notes).toEqual([expect.stringContaining('has the UID a')]);
    expect(items[4].why).toBe('It is over.');
    for (const { windowId } of items) if (windowId !== null) await fixture.cancel(windowId);
  });

  it('are stored as a rebuild from the event store stores them', async () => {
    const { control } = fixture;
    const outcome = await rebuild(windowModel(control), { database: control, replace: false, report: () => undefined });
    expect(outcome.differences).toEqual([]);
  });
});
