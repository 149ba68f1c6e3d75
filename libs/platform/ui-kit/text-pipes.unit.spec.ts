import '@angular/compiler';
import { describe, expect, it } from 'vitest';
import { zoneText } from './shown-zone';
import {
  AgePipe,
  BytesPipe,
  ClockTimePipe,
  CountPipe,
  DateTimePipe,
  DurationPipe,
  InstantPipe,
  RatePipe,
  RttPipe,
  SharePipe,
} from './text-pipes';

describe('text pipes', () => {
  it('return the same texts as their functions', () => {
    const at = new Date(2026, 10, 29, 12, 3, 4).getTime();
    expect(new AgePipe().transform(new Date(at).toISOString(), at + 5_000)).toBe('5 s');
    expect(new DateTimePipe().transform(at)).toBe('2026-11-29 12:03:04');
    expect(new InstantPipe().transform(at)).toBe(`2026-11-29 12:03:04 ${zoneText(at)}`);
    expect(new ClockTimePipe().transform(at)).toBe('12:03:04');
    expect(new DurationPipe().transform(800)).toBe('0.8 s');
    expect(new CountPipe().transform(99_812)).toBe('99,812');
    expect(new RatePipe().transform(0.5)).toBe('0.5');
    expect(new SharePipe().transform(0.004)).toBe('0.4 %');
    expect(new BytesPipe().transform(512)).toBe('512 B');
    expect(new RttPipe().transform(42)).toBe('0.042 ms');
  });

  it('return a dash for unknown values', () => {
    expect(new AgePipe().transform(null, 0)).toBe('–');
    expect(new InstantPipe().transform(null)).toBe('–');
    expect(new SharePipe().transform(null)).toBe('–');
    expect(new RttPipe().transform(undefined)).toBe('–');
  });
});
