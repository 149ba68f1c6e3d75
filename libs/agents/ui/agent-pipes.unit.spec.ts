// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { expect, it } from 'vitest';
import { ClockOffsetPipe, TracesPausedPipe } from './agent-pipes';

it.each([
  [-2, '2.0 ms behind'],
  [-0.04, '0.0 ms behind'],
  [-2_500, '2.5 s behind'],
  [-7_200_000, '2 h 00 min behind'],
])('a clock offset of %d ms is shown as %s', (offsetMs, text) => {
  expect(new ClockOffsetPipe().transform(offsetMs)).toBe(text);
});

it.each([
  ['policy', 'its policy file does not allow them'],
  ['a_reason_to_come', 'a reason to come'],
  ['constructor', 'constructor'],
])('the reason %s for no automatic traces is shown as "%s"', (reason, text) => {
  expect(new TracesPausedPipe().transform(reason)).toBe(text);
});
