import fc from 'fast-check';
import type { Change } from './kind';
import type { TargetRequest } from './targets/compare-targets';
import { placeKey } from './targets/target-item';
import type { CurrentTarget } from './targets/target-state';

/** Returns the targets after a plan, as the server changes them. */
export function appliedTo(
  state: ReadonlyMap<string, CurrentTarget>,
  changes: readonly Change[],
): Map<string, CurrentTarget> {
  const after = new Map(state);
  for (const { action, request } of changes) {
    const { version, ...members } = request as unknown as TargetRequest;
    const key = placeKey(members);
    if (action === 'delete') after.delete(key);
    else {
      const before = after.get(key) ?? {
        name: null,
        tags: {},
        paused: false,
        parents: [],
        notes: null,
        owner: null,
        version: 0,
      };
      after.set(key, { ...before, ...members, version: version + 1 } as CurrentTarget);
    }
  }
  return after;
}

const ADDRESSES = Array.from({ length: 8 }, (_, at) => `192.0.2.${at + 1}`);
const text = fc.constantFrom('a', 'edge 1', 'no', '7', "it's", '#1', 'é: x', '- y', '"', '\\', '1e3', 'true', '{a}');
const tags = fc.dictionary(fc.constantFrom('site', 'no', 'a.b', '7'), text, { maxKeys: 3 });
const lines = fc.constantFrom('one', 'two\nlines', '# no remark\n- x', 'end\n', '\tx');
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value);

/** Parents have smaller addresses, so that they make no cycle. */
const parentsOf = (at: number): fc.Arbitrary<string[]> => fc.subarray(ADDRESSES.slice(0, at));

/** Targets of a server; those with parents have them on the server too. */
export const servers = fc
  .tuple(
    ...ADDRESSES.map((ip, at) =>
      fc.record({
        ip: fc.constant(ip),
        vrf: fc.constant('default'),
        name: nullable(text),
        tier: fc.constantFrom('fast', 'standard'),
        tags,
        paused: fc.boolean(),
        parents: parentsOf(at),
        notes: nullable(lines),
        owner: nullable(text),
        version: fc.nat(5),
        isThere: fc.boolean(),
      }),
    ),
  )
  .map((targets) => {
    const there = targets.filter(({ isThere }) => isThere).map(({ isThere: _, ...target }) => target);
    const addresses = new Set(there.map(({ ip }) => ip));
    return new Map(
      there.map((target) => [
        placeKey(target),
        { ...target, parents: target.parents.filter((ip) => addresses.has(ip)) },
      ]),
    );
  });

/** Targets of files, which state some of the members. */
export const files = fc
  .tuple(
    ...ADDRESSES.map((ip, at) =>
      fc.record(
        {
          ip: fc.constant(ip),
          name: nullable(text),
          tier: fc.constantFrom('fast', 'standard'),
          tags: nullable(tags),
          paused: nullable(fc.boolean()),
          parents: nullable(parentsOf(at)),
          notes: nullable(lines),
          owner: nullable(text),
        },
        { requiredKeys: ['ip', 'tier'] },
      ),
    ),
  )
  .chain((targets) => fc.subarray(targets));
