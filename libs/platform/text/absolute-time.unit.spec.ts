import { expect, it } from 'vitest';
import { absoluteMs } from './absolute-time';

it.each([
  ['2026-11-18T11:00:00Z', Date.UTC(2026, 10, 18, 11)],
  ['2026-11-18T11:00:00.5+01:00', Date.UTC(2026, 10, 18, 10, 0, 0, 500)],
  ['2024-02-29', Date.UTC(2024, 1, 29)],
])('reads %s', (text, ms) => {
  expect(absoluteMs(text)).toBe(ms);
});

it.each(['2026-02-29', '2026-11-31T00:00:00Z', '2026-11-18T11:00:00', '18.11.2026', 'now', ''])(
  'rejects "%s"',
  (text) => {
    expect(absoluteMs(text)).toBeNaN();
  },
);
