import { afterEach, describe, expect, it, vi } from 'vitest';
import { showZone, zonesText, zoneText } from './shown-zone';
import { ageText, clockText, dateTimeText, durationText, instantText } from './time-text';

describe('durationText', () => {
  it.each([
    [-5, '0.0 s'],
    [849, '0.8 s'],
    [42_999, '42 s'],
    [12 * 60_000, '12 min'],
    [(3 * 60 + 5) * 60_000, '3 h 05 min'],
    [(2 * 24 + 4) * 3_600_000, '2 d 4 h'],
  ])('%i ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('ageText', () => {
  it('is in whole seconds, never in the future, and a dash without an instant', () => {
    const now = Date.parse('2026-03-01T12:00:10.900Z');
    expect(ageText('2026-03-01T12:00:04.000Z', now)).toBe('6 s');
    expect(ageText('2026-03-01T12:00:20.000Z', now)).toBe('0 s');
    expect(ageText(null, now)).toBe('–');
  });
});

describe('times in the chosen zone', () => {
  afterEach(() => showZone('local'));

  it('use the zone of the browser by default', () => {
    const atMs = new Date(2026, 2, 1, 9, 3, 4).getTime();
    expect(clockText(atMs)).toBe('09:03:04');
    expect(dateTimeText(atMs)).toBe('2026-03-01 09:03:04');
    expect(dateTimeText(null)).toBe('–');
  });

  it('use UTC if chosen, and name it', () => {
    showZone('utc');
    expect(clockText('2026-03-01T23:03:04Z')).toBe('23:03:04');
    expect(instantText('2026-03-01T23:03:04Z')).toBe('2026-03-01 23:03:04 UTC');
    expect(instantText(undefined)).toBe('–');
  });

  it('name the UTC offset at their instant', () => {
    const zones: [number, string][] = [
      [0, 'UTC'],
      [-60, 'UTC+1'],
      [-330, 'UTC+5:30'],
      [210, 'UTC−3:30'],
    ];
    for (const [offsetMin, text] of zones) {
      const at = vi.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(offsetMin);
      expect(zoneText(0)).toBe(text);
      at.mockRestore();
    }
  });

  it('name both UTC offsets of a span in which the offset changes', () => {
    const at = vi.spyOn(Date.prototype, 'getTimezoneOffset').mockImplementation(function (this: Date) {
      return this.getTime() < 1_000 ? -120 : -60;
    });
    expect(zonesText(0, 2_000)).toBe('UTC+2, later UTC+1');
    expect(zonesText(1_000, 2_000)).toBe('UTC+1');
    at.mockRestore();
  });
});
