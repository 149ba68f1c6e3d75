import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, mixKey, pairHash } from '../hashes';
import { LAYOUT } from './kernel';
import { passing, shortlist, type ShortlistAgents, shortlistPlain } from './shortlist';

const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Limits at the ends of the range and between. */
const limit = fc.oneof(fc.constantFrom(0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1), number);
const fleet = fc
  .array(fc.record({ seed: number, limit, wider: limit }), { maxLength: 130 })
  .map((agents): ShortlistAgents & { size: number } => ({
    size: agents.length,
    seeds: Int32Array.from(agents, ({ seed }) => seed),
    limits: Uint32Array.from(agents, ({ limit: first }) => first),
    widerLimits: Uint32Array.from(agents, ({ wider }) => wider),
  }));

/** The agents that pass, with their hashes. */
function passed(found: number): [agent: number, hash: number][] {
  return Array.from(passing.agents.subarray(0, found), (agent) => [agent, passing.hashes[agent]]);
}

function expected(key: number, { seeds, size }: ShortlistAgents & { size: number }, limits: Uint32Array): unknown {
  const hashes = Array.from({ length: size }, (_, at): [number, number] => [at, pairHash(key, seeds[at])]);
  return hashes.filter(([at, hash]) => hash > limits[at]);
}

describe('the shortlist', () => {
  it('has the agents whose hash exceeds their limit, in the order of their indexes, also when agents alternate', () => {
    fc.assert(
      fc.property(fleet, fleet, fc.array(number, { minLength: 1, maxLength: 20 }), (first, second, keys) => {
        for (const key of keys) {
          for (const agents of [first, second]) {
            expect(passed(shortlist(key, agents, false))).toEqual(expected(key, agents, agents.limits));
            expect(passed(shortlist(key, agents, true))).toEqual(expected(key, agents, agents.widerLimits));
          }
        }
      }),
    );
  });

  it('is the same without vectors', () => {
    fc.assert(
      fc.property(fleet, number, (agents, key) => {
        shortlist(key, agents, false);
        passing.hashes.fill(0);
        const found = shortlistPlain(fold(mixKey(key)), agents.size * 4, LAYOUT.limits);
        expect(passed(found)).toEqual(expected(key, agents, agents.limits));
      }),
    );
  });
});
