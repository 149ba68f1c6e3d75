// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { describe, expect, it } from 'vitest';
import { truthLine } from './truth-line';

const counts = { up: 7, degraded: 0, down: 1, unknown: 0, agentsConnected: 1, agentsTotal: 1, resultsPerS: 0.5 };

describe('truthLine', () => {
  it('shows the worst status first and leaves out statuses without targets', () => {
    expect(truthLine(counts, 840, false)).toBe('1 down · 7 up · data 0.8 s old');
    expect(truthLine(counts, 840)).toBe('1 down · 7 up · 1 of 1 agents · 0.5 results/s · data 0.8 s old');
  });

  it('does not count agents as lost if their reports are not being consumed', () => {
    expect(truthLine({ ...counts, agentsConnected: 0, agentsUnknown: 3, agentsTotal: 3, resultsPerS: 0 }, 32_000)).toBe(
      '1 down · 7 up · 3 of 3 agents unknown · data 32 s old',
    );
  });

  it('shows up even without targets that are up', () => {
    expect(truthLine({ ...counts, up: 0, down: 0, resultsPerS: 0 }, null)).toBe(
      '0 up · 1 of 1 agents · 0.0 results/s · no data yet',
    );
  });
});
