import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLOWS_MAX, flowsOf, responderOf, SILENT } from './flows';
import { drawn } from './traces.test-data';
import type { Trace } from './trace';

/** Flows as drawings: the hops, then the number of rounds. */
const flows = (trace: Trace) =>
  flowsOf(trace).map(({ hops, end, rounds }) => {
    const names = hops.map((hop) => (hop === SILENT ? '-' : (trace.addresses[hop] ?? '')));
    const letters = names.map((name) =>
      name.startsWith('192.0.2.') ? String.fromCharCode(Number(name.slice(8))) : name,
    );
    return `${letters.join(' ').replace(trace.target, 'T')} ${end} ${rounds.length}`;
  });

describe('rounds of a trace', () => {
  it.each([
    ['share a flow when they agree', ['a b T', 'a b T'], ['a b T target 2']],
    ['share a flow when one is silent where the other is not', ['a - T', '- b T'], ['a b T target 2']],
    [
      'are of two flows when a hop answers differently',
      ['a b T', 'a c T', 'a b T'],
      ['a b T target 2', 'a c T target 1'],
    ],
    [
      'join the flow they have most in common with',
      ['a b T', 'a c d T', 'a - d T'],
      ['a c d T target 2', 'a b T target 1'],
    ],
    [
      'of a path with branches of different lengths are of two flows',
      ['a b T T', 'a c d T'],
      ['a b T target 1', 'a c d T target 1'],
    ],
    ['are cut after the lowest answer of the target', ['a b - T', 'a b T T'], ['a b T target 2']],
    ['end with the last answer where the target is silent', ['a b - - -', 'a - - - -'], ['a b silent 2']],
    ['end at the router that answers for the target', ['a b b - b'], ['a b unreachable 1']],
    ['keep a loop', ['a b c b c b'], ['a b c b c b silent 1']],
    ['have no hops when nothing answers', ['- - -', '- -'], [' silent 2']],
    ['count probes that are awaited, and those without data, as silent', ['a ? !', 'a b T'], ['a b T target 2']],
  ])('%s', (_, rounds, expected) => {
    expect(flows(drawn(...rounds))).toEqual(expected);
  });

  it.each([2, 4])('of a diamond of %i branches are of as many flows', (branches) => {
    const rounds = Array.from({ length: 10 }, (_, at) => `a ${String.fromCharCode(109 + (at % branches))} z T`);
    expect(flowsOf(drawn(...rounds)).map(({ end }) => end)).toEqual(Array.from({ length: branches }, () => 'target'));
  });

  it('of a diamond of 16 are of the 8 flows with the most rounds', () => {
    const rounds = Array.from({ length: 20 }, (_, at) => `a 203.0.113.${at % 16} z T`);
    const kept = flowsOf(drawn(...rounds));
    expect(kept).toHaveLength(FLOWS_MAX);
    expect(kept.slice(0, 4).map(({ rounds: of }) => of.length)).toEqual([2, 2, 2, 2]);
  });

  const probe = fc.constantFrom('a', 'b', 'c', 'T', '-', '-', '?', '!');
  const round = fc.array(probe, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));

  it('never contradict their flow, are in one flow at most, and stay there when another round arrives', () => {
    fc.assert(
      fc.property(fc.array(round, { minLength: 1, maxLength: 8 }), round, (lines, another) => {
        const trace = drawn(...lines);
        const found = flowsOf(trace);
        const all = found.flatMap(({ rounds }) => rounds);
        expect(new Set(all).size).toBe(all.length);
        expect(all.length).toBe(lines.length);
        for (const { hops, rounds } of found) {
          expect(hops.at(-1)).not.toBe(SILENT);
          for (const at of rounds)
            for (const [hop, responder] of hops.entries()) {
              const own = responderOf(trace.rounds[at]?.[hop]);
              expect(own === SILENT || own === responder).toBe(true);
            }
        }
        const together = (trace: Trace) =>
          flowsOf(trace).map(({ rounds }) => rounds.filter((at) => at < lines.length).join());
        expect(
          together(drawn(...lines, another))
            .filter((part) => part !== '')
            .sort(),
        ).toEqual(together(trace).sort());
      }),
    );
  });
});
