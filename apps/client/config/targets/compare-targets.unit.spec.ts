import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configText } from '../config-text';
import type { Difference, PlanContext, Wanted } from '../kind';
import { KINDS } from '../kinds';
import { readConfig } from '../read-config';
import { appliedTo, files, servers } from '../simulated-server.test-data';
import { compareTargets } from './compare-targets';
import type { TargetItem } from './target-item';
import { targetKind } from './target-kind';
import type { CurrentTarget } from './target-state';

const read = (text: string) =>
  (readConfig([{ name: 'a.yaml', text }], KINDS).wanted.get('targets') ?? []) as readonly Wanted<TargetItem>[];
const targetsOf = (items: readonly object[]) => read(`version: 1\ntargets: ${JSON.stringify(items)}`);
const context = (change: Partial<PlanContext> = {}): PlanContext => ({
  ...{ scope: null, isDeleting: false, namesOf: () => ['fast', 'standard'] },
  ...change,
});
const current = (ip: string, members: Partial<CurrentTarget> = {}): CurrentTarget => ({
  ...{ ip, vrf: 'default', name: null, tier: 'fast', tags: {}, paused: false, parents: [], notes: null, owner: null },
  ...{ version: 1, ...members },
});
const stateOf = (...targets: CurrentTarget[]) => new Map(targets.map((each) => [`${each.vrf}\n${each.ip}`, each]));
const faultsOf = ({ faults }: Difference): string[] => faults.map(({ text }) => text);
const isParentFault = (text: string): boolean => text.includes('is no target in the VRF');

describe('a plan of targets', () => {
  it('once applied, has no changes, and leaves alone what the files do not state', () => {
    fc.assert(
      fc.property(servers, files, (server, items) => {
        const wanted = targetsOf(items);
        const first = compareTargets(wanted, server, context());
        fc.pre(!faultsOf(first).some(isParentFault));
        expect(first.faults).toEqual([]);
        const after = appliedTo(server, first.changes);
        expect(compareTargets(wanted, after, context())).toMatchObject({ changes: [], faults: [] });
        for (const [key, before] of server) {
          const stated = items.find(({ ip }) => ip === before.ip) ?? {};
          for (const [member, value] of Object.entries(before))
            if (!(member in stated) && member !== 'version') expect(after.get(key)).toHaveProperty(member, value);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('with --delete leaves exactly the targets of the files', () => {
    fc.assert(
      fc.property(servers, files, (server, items) => {
        const scope = context({ scope: 'vrf=default', isDeleting: true });
        const difference = compareTargets(targetsOf(items), server, scope);
        fc.pre(difference.faults.length === 0);
        const after = appliedTo(server, difference.changes);
        expect([...after.values()].map(({ ip }) => ip).sort()).toEqual(items.map(({ ip }) => ip).sort());
        const deleted = difference.changes.filter(({ action }) => action === 'delete').map(({ title }) => title);
        for (const [at, ip] of deleted.entries())
          for (const parent of server.get(`default\n${ip}`)?.parents ?? [])
            if (deleted.includes(parent)) expect(deleted.indexOf(parent)).toBeGreaterThan(at);
      }),
      { numRuns: 100 },
    );
  });

  it('of a file that was written from the server has no changes', () => {
    fc.assert(
      fc.property(servers, (server) => {
        const text = [...configText(null, [{ kind: targetKind, state: server }])].join('');
        expect(compareTargets(read(text), server, context())).toMatchObject({
          changes: [],
          faults: [],
          unmanaged: { inScope: 0, others: 0 },
        });
      }),
      { numRuns: 100 },
    );
  });

  it('changes neither for another order of tags and parents, nor for another spelling of an address', () => {
    const server = stateOf(
      current('2001:db8::1'),
      current('2001:db8::2'),
      current('2001:db8::3', { tags: { b: '1', a: '2' }, parents: ['2001:db8::1', '2001:db8::2'] }),
    );
    const item = {
      ip: '2001:0DB8::3',
      tags: { a: '2', b: '1' },
      parents: ['2001:db8:0::2', '2001:db8::1', '2001:db8::2'],
    };
    expect(compareTargets(targetsOf([item]), server, context()).changes).toEqual([]);
  });

  it('shows members before and after, and counts what is not stated and not managed', () => {
    const server = stateOf(current('192.0.2.1', { name: 'a', notes: 'n' }), current('192.0.2.2'));
    const difference = compareTargets(
      targetsOf([
        { ip: '192.0.2.1', name: 'b' },
        { ip: '192.0.2.3', tier: 'fast', paused: false },
      ]),
      server,
      context(),
    );
    expect(difference).toMatchObject({
      unchanged: 0,
      unstated: { notes: 1 },
      unmanaged: { inScope: 0, others: 1 },
      changes: [
        {
          action: 'change',
          title: '192.0.2.1',
          place: 'a.yaml:2',
          members: [{ member: 'name', before: 'a', after: 'b' }],
        },
        {
          action: 'create',
          title: '192.0.2.3',
          members: [{ member: 'tier', after: 'fast' }],
          request: { ip: '192.0.2.3', vrf: 'default', tier: 'fast', version: 0 },
        },
      ],
    });
  });

  it.each([
    [[{ ip: '192.0.2.9' }], 'tier is required, because the target is new.'],
    [[{ ip: '192.0.2.9', tier: 'standart' }], 'There is no tier "standart"; did you mean "standard"?'],
    [
      [{ ip: '192.0.2.1', parents: ['192.0.2.8'] }],
      '192.0.2.8 is no target in the VRF default, neither of these files nor of the server.',
    ],
    [
      [{ ip: '192.0.2.1', parents: ['192.0.2.2'] }],
      'Targets would depend on themselves: 192.0.2.2 → 192.0.2.1 → 192.0.2.2.',
    ],
    [[{ ip: '192.0.2.1', parents: ['192.0.2.1'] }], 'Targets would depend on themselves: 192.0.2.1 → 192.0.2.1.'],
  ])('is refused for %j', (items, text) => {
    const server = stateOf(current('192.0.2.1'), current('192.0.2.2', { parents: ['192.0.2.1'] }));
    const { faults } = compareTargets(targetsOf(items), server, context());
    expect(faults).toMatchObject([{ text, place: { file: 'a.yaml', line: 2 } }]);
  });
});

describe('a scope', () => {
  const scope = 'source=git';
  const git = { tags: { source: 'git' } };
  const server = stateOf(current('192.0.2.1', git), current('192.0.2.2', git), current('192.0.2.3'));

  it('limits deletions to what it selects', () => {
    const wanted = targetsOf([{ ip: '192.0.2.1' }]);
    expect(compareTargets(wanted, server, context({ scope })).changes).toEqual([]);
    const difference = compareTargets(wanted, server, context({ scope, isDeleting: true }));
    expect(difference.changes).toMatchObject([
      { action: 'delete', title: '192.0.2.2', request: { ip: '192.0.2.2', version: 1 } },
    ]);
    expect(difference.unmanaged).toEqual({ inScope: 1, others: 1 });
    expect(compareTargets([], server, context({ scope, isDeleting: true })).changes).toHaveLength(2);
  });

  it('contains each target of the files, and shows which ones it takes over', () => {
    const lost = compareTargets(targetsOf([{ ip: '192.0.2.1', tags: { source: 'ui' } }]), server, context({ scope }));
    expect(faultsOf(lost)).toEqual([expect.stringContaining('would not be within the scope source=git')]);
    const adopted = compareTargets(targetsOf([{ ip: '192.0.2.3', ...git }]), server, context({ scope }));
    expect(adopted.changes).toMatchObject([{ title: '192.0.2.3', isAdopted: true }]);
  });

  it('refuses to delete a target on which another one depends that stays', () => {
    const dependent = stateOf(current('192.0.2.1', git), current('192.0.2.3', { parents: ['192.0.2.1'] }));
    const { faults } = compareTargets([], dependent, context({ scope, isDeleting: true }));
    expect(faults).toEqual([{ place: null, text: '192.0.2.1 cannot be deleted: 192.0.2.3 depends on it, and stays.' }]);
  });
});
