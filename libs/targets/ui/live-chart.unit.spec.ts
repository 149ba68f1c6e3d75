// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import type { ProbeResult } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import type { Palette } from '@icmp-mon/platform/charts';
import { agentLines, escapeHtml, liveOption, roundTrips } from './live-chart';

const result = (second: number, rttUs: number | null): ProbeResult => ({
  at: new Date(second * 1_000).toISOString(),
  agentId: 'a',
  agentName: 'local',
  check: 1,
  type: 'icmp_ping',
  outcome: rttUs === null ? 'timeout' : 'reply',
  rttUs,
});

describe('roundTrips', () => {
  it('breaks the line at a loss and at a long gap', () => {
    const values = roundTrips([result(0, 200), result(5, null), result(10, 210), result(200, 220)]);
    expect(values.map(({ value }) => value)).toEqual([
      [0, 200],
      [5_000, null],
      [10_000, 210],
      [10_001, null],
      [200_000, 220],
    ]);
  });
});

describe('agentLines', () => {
  const palette = new Proxy({} as Palette, { get: (_, name) => String(name) });
  const of = (...names: string[]): ProbeResult[] => names.map((agentName) => ({ ...result(0, 1), agentName }));

  it('are ordered by name, regardless of the order of results, so that a line keeps its look', () => {
    const lines = agentLines(of('fra-2', 'ams-1', 'fra-2'), palette);
    expect(lines).toEqual([
      { name: 'ams-1', colour: 'accent', isDashed: false },
      { name: 'fra-2', colour: 'degraded', isDashed: false },
    ]);
    expect(agentLines(of('ams-1', 'fra-2'), palette)).toEqual(lines);
  });

  it('are at most eight, each with a different look', () => {
    const lines = agentLines(of(...'abcdefghij'.split('')), palette);
    expect(lines).toHaveLength(8);
    expect(new Set(lines.map(({ colour, isDashed }) => `${colour} ${isDashed}`)).size).toBe(8);
  });
});

describe('escapeHtml', () => {
  it('removes markup from names', () => {
    expect(escapeHtml(`<img src=x onerror="alert('1')">&`)).not.toMatch(/[<>"']/);
    expect(escapeHtml('fra-02')).toBe('fra-02');
  });
});

describe('the tooltip of the live chart', () => {
  it('names a lost probe once, though both the line and the marks contain it', () => {
    const lost = { marker: '•', data: { value: [0, null], result: result(0, null) } };
    const option = liveOption(
      [result(0, null)],
      { fromMs: 0, toMs: 60_000 },
      new Proxy({} as Palette, { get: () => '' }),
    );
    const { formatter } = option['tooltip'] as { formatter: (items: object[]) => string };
    expect(formatter([{ ...lost, marker: '—' }, lost]).split('<br>')).toEqual([
      expect.stringMatching(/^•[\d:]{8} local: timeout$/),
      expect.stringMatching(/^times in UTC/),
    ]);
  });
});
