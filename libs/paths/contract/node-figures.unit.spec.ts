import { describe, expect, it } from 'vitest';
import type { AgentPath } from './merge-paths';
import { nodeFigures } from './node-figures';
import { drawn, repeated, TARGET } from './traces.test-data';

const path = (agent: string, trace: AgentPath['trace'], ended = true): AgentPath => ({
  ...{ agent, site: agent, trace, ended },
});

describe('the figures of a node', () => {
  it('are its own answers, the path loss, and the median round-trip time', () => {
    // b limits its answers; nothing is lost on the path.
    const figures = nodeFigures([path('one', drawn('a b T', 'a - T', 'a - T', 'a - T'))], TARGET);
    expect(figures.get('192.0.2.97')).toEqual({ ownPercent: 0, pathPercent: 0, rttUs: 1_000 });
    expect(figures.get('192.0.2.98')).toEqual({ ownPercent: 75, pathPercent: 0, rttUs: 2_000 });
    expect(figures.get(TARGET)).toEqual({ ownPercent: 0, pathPercent: 0, rttUs: 3_000 });
  });

  it('are joined over agents', () => {
    const paths = [path('one', drawn('a b T', 'a b T')), path('two', drawn('b T', '- -'))];
    expect(nodeFigures(paths, TARGET).get('192.0.2.98')).toEqual({ ownPercent: 25, pathPercent: 25, rttUs: 2_000 });
  });

  it('show a target that does not answer, once the trace has ended', () => {
    const trace = repeated('a - -');
    expect(nodeFigures([path('one', trace)], TARGET).get(TARGET)).toEqual({
      ...{ ownPercent: 100, pathPercent: 100, rttUs: null },
    });
    expect(nodeFigures([path('one', trace, false)], TARGET).has(TARGET)).toBe(false);
  });

  it('are separate for a private address at two sites', () => {
    const figures = nodeFigures([path('one', repeated('10.0.0.1 T')), path('two', drawn('10.0.0.1 T', '- T'))], TARGET);
    expect(figures.get('10.0.0.1@one')?.ownPercent).toBe(0);
    expect(figures.get('10.0.0.1@two')?.ownPercent).toBe(50);
  });

  it('do not count probes that are still awaited', () => {
    expect(nodeFigures([path('one', drawn('a T', '? ?'), false)], TARGET).get('192.0.2.97')?.ownPercent).toBe(0);
  });
});
