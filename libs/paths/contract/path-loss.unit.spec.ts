import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lossOf } from './path-loss';
import { drawn, randomOf, repeated, simulated, type SimulatedPath } from './traces.test-data';

const onsets = (path: SimulatedPath, traces = 1_000) => {
  const random = randomOf(1);
  const counts: Record<string, number> = {};
  for (let at = 0; at < traces; at++) {
    const hop = String(lossOf(simulated(path, random)).onset?.hop ?? 'none');
    counts[hop] = (counts[hop] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).map(([hop, count]) => [hop, count / traces]));
};

const several = (rounds: number, line: string): string[] => Array.from({ length: rounds }, () => line);

describe('the loss of a path', () => {
  it('is the smallest loss of all later hops, the target included', () => {
    const { flows } = lossOf(drawn('a b c T', 'a - c T', 'a - - T', 'a - - -'));
    expect(flows[0]?.hops.map(({ ownPercent }) => ownPercent)).toEqual([0, 75, 50, 25]);
    expect(flows[0]?.hops.map(({ pathPercent }) => pathPercent)).toEqual([0, 25, 25, 25]);
  });

  it('is 0 behind a hop that answers a tenth of its probes', () => {
    expect(onsets({ hops: 10, answers: { 5: 0.1 } })).toEqual({ none: 1 });
    const { flows } = lossOf(simulated({ hops: 10, answers: { 5: 0.1 } }, randomOf(2)));
    expect(flows[0]?.hops.every(({ pathPercent }) => pathPercent === 0)).toBe(true);
  });

  it('is 0 where all answers of the target arrive, even if all routers limit theirs', () => {
    expect(onsets({ hops: 10, answers: { 4: 0.7, 5: 0.6, 6: 0.7, 7: 0.5, 8: 0.7, 9: 0.7 } })).toEqual({ none: 1 });
  });

  it('of 30 % from hop 5 on begins at hop 5, also between routers that limit their answers', () => {
    // At most 94.5 %: in 2.8 % of the traces hop 5 loses none of its ten probes, and in 2.8 % the target.
    const found = onsets({ hops: 10, lossyFrom: 5, loss: 0.3 });
    expect(found['5']).toBeGreaterThan(0.91);
    expect(found['1'] ?? found['2'] ?? found['3'] ?? found['4'] ?? 0).toBeLessThan(0.01);
    expect(onsets({ hops: 10, lossyFrom: 5, loss: 0.3, answers: { 3: 0.1, 7: 0.1 } })['5']).toBeGreaterThan(0.9);
  });

  it('does not begin anywhere on a path that loses 1 %, or in two of ten rounds', () => {
    expect(onsets({ hops: 10, lossyFrom: 1, loss: 0.01 })['none']).toBeGreaterThan(0.99);
    const twice = drawn(...Array.from({ length: 10 }, (_, at) => (at < 2 ? 'a b -' : 'a b T')));
    expect(lossOf(twice).onset).toBeNull();
    const thrice = drawn(...Array.from({ length: 10 }, (_, at) => (at < 3 ? 'a b -' : 'a b T')));
    expect(lossOf(thrice).onset).toMatchObject({ hop: 3, lossPercent: 30, rounds: 3, terminal: false });
  });

  it('is terminal where the target is silent while the hop before answers', () => {
    expect(lossOf(repeated('a b - - -')).onset).toEqual({ hop: 3, lossPercent: 100, rounds: 10, terminal: true });
    expect(lossOf(repeated('a b c b c b c')).onset).toMatchObject({ hop: 4, lossPercent: 100, terminal: true });
    expect(lossOf(repeated('a b b b b')).onset).toMatchObject({ hop: 3, terminal: true });
    expect(lossOf(repeated('a b - - -')).flows[0]?.hops.map(({ pathPercent }) => pathPercent)).toEqual([0, 0]);
  });

  it('is unknown where nothing answers, or nothing was awaited long enough', () => {
    expect(lossOf(repeated('- - - -')).onset).toBeNull();
    expect(lossOf(drawn('a b ?', 'a ? !')).onset).toBeNull();
    expect(lossOf(drawn('? !')).flows[0]).toMatchObject({ hops: [], onset: null });
  });

  it('begins in mid-run where the path is cut in mid-run', () => {
    const cut = drawn(...Array.from({ length: 10 }, (_, at) => (at < 5 ? 'a b c T' : 'a b - -')));
    expect(lossOf(cut).onset).toMatchObject({ hop: 3, lossPercent: 50, rounds: 5 });
  });

  it('is found on one branch of a diamond, and in front of and behind the branches', () => {
    const branch = drawn(
      ...Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? 'a b d T' : at < 8 ? 'a c - -' : 'a c d T')),
    );
    expect(lossOf(branch).onset).toMatchObject({ hop: 3 });
    const spread = drawn(...Array.from({ length: 10 }, (_, at) => `a 203.0.113.${at} ${at % 2 === 0 ? '- -' : 'd T'}`));
    expect(lossOf(spread).onset).toMatchObject({ hop: 3, lossPercent: 50 });
  });

  it('of one round in ten is none, also if that round alone took its branch', () => {
    const branches = (lostRound: string): string[] =>
      Array.from({ length: 10 }, (_, at) => `a 203.0.113.${at} ${at === 4 ? lostRound : 'c T'}`);
    for (const lostRound of ['- -', 'c -', '203.0.113.4 203.0.113.4'])
      expect(lossOf(drawn(...branches(lostRound))).onset, lostRound).toBeNull();
    expect(lossOf(drawn(...several(8, 'a b c T'), ...several(2, 'a b b b b'))).onset).toBeNull();
  });

  it('of all branches is terminal where the target answers on none', () => {
    const silent = Array.from({ length: 5 }, (_, at) => `a 203.0.113.${at} - - -`);
    expect(lossOf(drawn(...silent)).onset).toEqual({ hop: 3, lossPercent: 100, rounds: 5, terminal: true });
  });

  it('is the share of the rounds that a router reports as unreachable, or that run in a loop', () => {
    for (const [lostRound, hop] of [
      ['a b b b b b', 3],
      ['a a a a a a', 2],
      ['a b - b b -', 3],
      ['a b a b a b', 3],
    ] as const) {
      const { onset } = lossOf(drawn(...several(6, 'a b c T'), ...several(4, lostRound)));
      expect(onset, lostRound).toMatchObject({ hop, lossPercent: 40, rounds: 4, terminal: false });
    }
  });

  it('is the share of the rounds that take a longer branch on which everything is lost', () => {
    const { onset } = lossOf(drawn(...several(6, 'a b T'), ...several(4, 'a c d - -')));
    expect(onset).toEqual({ hop: 4, lossPercent: 40, rounds: 4, terminal: false });
  });

  it('never falls towards the target, and never exceeds what a hop loses itself', () => {
    const word = fc.constantFrom('-', '-', 'x', 'x', 'x', '?', '!');
    const rounds = fc.array(fc.array(word, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(rounds, (words) => {
        const trace = drawn(
          ...words.map((round) =>
            [...round.map((each, at) => (each === 'x' ? 'abcdef'.charAt(at) : each)), 'T'].join(' '),
          ),
        );
        for (const { hops } of lossOf(trace).flows) {
          for (const [at, { sent, lost, ownPercent, pathPercent }] of hops.entries()) {
            expect(lost).toBeLessThanOrEqual(sent);
            if (ownPercent !== null) expect(pathPercent).toBeLessThanOrEqual(ownPercent);
            if (at > 0) expect(pathPercent ?? 100).toBeGreaterThanOrEqual(hops[at - 1]?.pathPercent ?? 0);
          }
        }
      }),
    );
  });
});
