import { describe, expect, it } from 'vitest';
import { type BreakEvidence, findBreaks } from './break-point';
import { drawn, randomOf, repeated, TARGET } from './traces.test-data';
import type { Trace, TraceProbe } from './trace';

const at = (agent: string, line: string, usual?: string): BreakEvidence => ({
  ...{ agent, site: agent, ended: true, trace: repeated(line) },
  usual: usual === undefined ? undefined : repeated(usual),
});
const C = '192.0.2.99';
const D = '192.0.2.100';

describe('where paths break', () => {
  it('is nowhere while all agents reach the target', () => {
    expect(findBreaks([at('one', 'a c T'), at('two', 'b c T')])).toEqual({
      breaks: [],
      unexplained: [],
      withoutEvidence: [],
    });
  });

  it('is the target when the last router answers to all agents and the target to none', () => {
    const { breaks } = findBreaks([at('one', 'a c - - -'), at('two', 'b c - - -')]);
    expect(breaks).toEqual([{ node: TARGET, agents: ['one', 'two'], against: [], hit: 1, coverage: 1, distance: 0 }]);
  });

  it('is the router that usually follows the last one that answers', () => {
    const { breaks } = findBreaks([
      at('one', 'a - - -', 'a c d T'),
      at('two', 'b - - -', 'b c d T'),
      at('three', 'e d T'),
    ]);
    expect(breaks).toMatchObject([{ node: C, agents: ['one', 'two'], against: [], coverage: 1, distance: 2 }]);
  });

  it('is no node that most agents pass well', () => {
    const paths = [at('one', 'a c - - -'), at('two', 'b c - - -'), at('three', 'e c T'), at('four', 'f c T')];
    expect(findBreaks(paths).breaks).toMatchObject([{ node: TARGET, hit: 0.5, against: ['three', 'four'] }]);
    expect(findBreaks([...paths, at('five', 'g c T')])).toMatchObject({ breaks: [], unexplained: ['one', 'two'] });
  });

  it('are two places where the agents fail for two reasons', () => {
    const paths = [
      ...[at('one', 'a c - -', 'a c d T'), at('two', 'b c - -', 'b c d T')],
      ...[at('three', 'e - -', 'e f g T'), at('four', 'h - -', 'h f g T'), at('five', 'i g T')],
    ];
    const { breaks, unexplained } = findBreaks(paths);
    expect(breaks.map(({ node, agents }) => [node, agents])).toEqual([
      [D, ['one', 'two']],
      ['192.0.2.102', ['three', 'four']],
    ]);
    expect(unexplained).toEqual([]);
  });

  it('cannot be seen by an agent to which nothing answers', () => {
    const { breaks, withoutEvidence } = findBreaks([at('one', '- - - -'), at('two', 'b c T')]);
    expect({ breaks, withoutEvidence }).toEqual({ breaks: [], withoutEvidence: ['one'] });
  });

  it('keeps the same private address at two sites apart', () => {
    const { breaks } = findBreaks([
      at('one', '10.0.0.1 - -', '10.0.0.1 10.0.0.2 c T'),
      at('two', '10.0.0.1 10.0.0.2 c T'),
    ]);
    expect(breaks).toMatchObject([{ node: '10.0.0.2@one', against: [] }]);
  });

  it('is one target, also if its address is private', () => {
    const target = '10.9.9.9';
    const privately = (agent: string, line: string): BreakEvidence => {
      const evidence = at(agent, line.replaceAll('T', target));
      return { ...evidence, trace: { ...evidence.trace, target } };
    };
    const lossy = findBreaks([privately('one', 'a c - -'), privately('two', 'b c - -')]);
    expect(lossy.breaks).toMatchObject([{ node: target, agents: ['one', 'two'], distance: 0 }]);
    const refuted = ['three', 'four', 'five'].map((agent) => privately(agent, 'e c T'));
    expect(findBreaks([privately('one', 'a c - -'), privately('two', 'b c - -'), ...refuted]).breaks).toEqual([]);
  });

  it('is the link to hop 5 at 30 % loss, in at least 95 % of the cases with three agents', () => {
    const random = randomOf(3);
    const cases = Array.from({ length: 400 }, () => {
      const paths = ['a', 'b', 'c'].map((letter) => {
        const addresses = [
          ...[1, 2, 3].map((n) => `203.0.${letter.charCodeAt(0)}.${n}`),
          '192.0.2.4',
          '192.0.2.5',
          '192.0.2.6',
          '192.0.2.7',
          TARGET,
        ];
        const rounds = Array.from({ length: 10 }, () =>
          addresses.map((_, hop): TraceProbe => (hop >= 4 && random() < 0.3 ? 'lost' : [hop, 1_000])),
        );
        const trace: Trace = { target: TARGET, startedAtMs: 0, addresses, rounds };
        return { agent: letter, site: letter, ended: true, trace };
      });
      return findBreaks(paths).breaks[0]?.node;
    });
    const right = cases.filter((node) => node === '192.0.2.5').length;
    expect(right / cases.length).toBeGreaterThan(0.95);
  });

  it('does not depend on the order of the agents', () => {
    const paths = [at('one', 'a c - -', 'a c d T'), at('two', 'b c - -'), at('three', 'e c d T'), at('four', '- -')];
    const places = (each: BreakEvidence[]) => findBreaks(each).breaks.map(({ node }) => node);
    expect(places(paths.toReversed())).toEqual(places(paths));
    expect(drawn('a').addresses).toHaveLength(1);
  });
});
