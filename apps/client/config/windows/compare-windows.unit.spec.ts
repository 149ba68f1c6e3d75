import type { WindowView } from '@icmp-mon/maintenance/contract';
import { describe, expect, it } from 'vitest';
import { configText } from '../config-text';
import type { Wanted } from '../kind';
import { KINDS } from '../kinds';
import { readConfig } from '../read-config';
import { compareWindows } from './compare-windows';
import type { WindowItem } from './window-item';
import { windowKind } from './window-kind';

const STATED = {
  ...{ name: 'fra', title: 'Line cards', scope: 'site=fra', timeZone: 'Europe/Berlin', date: '2027-01-05' },
  ...{ startTime: '02:00', endTime: '04:00', rrule: 'FREQ=MONTHLY' },
};
const VIEW: WindowView = {
  ...{ id: 'w1', kind: 'window', changes: {}, version: 3, scheduledAt: '', state: 'planned', next: null, notice: null },
  definition: { ...STATED, reason: null, ticket: null, slaClass: 'excluded', endDayOffset: 0, announcedAt: null },
};

const readText = (text: string) => readConfig([{ name: 'a.yaml', text }], KINDS);
const wantedOf = (text: string) => (readText(text).wanted.get('windows') ?? []) as readonly Wanted<WindowItem>[];
const windows = (...items: object[]) => wantedOf(`version: 1\nwindows: ${JSON.stringify(items)}`);
const state = new Map([['fra', VIEW]]);

describe('a plan of windows', () => {
  it('has no changes for what the server has, and changes stated members only', () => {
    expect(compareWindows(windows(STATED, { ...STATED, name: 'new' }), state)).toMatchObject({
      changes: [{ action: 'create', title: 'new', request: { existing: null } }],
      unchanged: 1,
    });
    expect(compareWindows(windows({ name: 'fra', rrule: null, endDayOffset: 1 }), state).changes).toMatchObject([
      {
        action: 'change',
        members: [
          { member: 'rrule', before: 'FREQ=MONTHLY', after: null },
          { member: 'endDayOffset', before: 0, after: 1 },
        ],
        request: { existing: { id: 'w1', version: 3 }, definition: { title: 'Line cards', rrule: null, name: 'fra' } },
      },
    ]);
  });

  it('reads times and dates of YAML as texts', () => {
    const text =
      'version: 1\nwindows:\n  - name: fra\n    date: 2027-01-05\n    startTime: 02:00\n    endTime: 04:00\n';
    expect(compareWindows(wantedOf(text), state)).toMatchObject({ changes: [], faults: [], unchanged: 1 });
  });

  it('states what a new window must have, and that the key may not read windows', () => {
    const [incomplete] = compareWindows(windows({ name: 'new', title: 'x' }), state).faults;
    expect(incomplete.text).toBe('A new window must have scope, timeZone, date, startTime, endTime.');
    expect(compareWindows(windows(STATED), null).faults[0].text).toContain('maintenance:read');
    expect(compareWindows([], null)).toMatchObject({ changes: [], faults: [], unmanaged: { others: 0 } });
  });

  it.each([
    [{ title: 'x' }, 'name is required'],
    [{ ...STATED, titel: 'x' }, 'titel is not a member of a window; did you mean "title"?'],
    [{ ...STATED, endDayOffset: '1' }, 'endDayOffset must be a whole number'],
    [{ ...STATED, title: null }, 'title must be a text'],
    [{ ...STATED, rrule: 5 }, 'rrule must be a text, or null'],
  ])('refuses %j', (item, text) => {
    const read = (): unknown => windows(item);
    expect(read).toThrow(text);
  });

  it('of a file that was written from the server has no changes', () => {
    const text = [...configText(null, [{ kind: windowKind, state }])].join('');
    expect(compareWindows(wantedOf(text), state)).toMatchObject({ changes: [], faults: [], unchanged: 1 });
  });
});
