import { didYouMean } from '@icmp-mon/platform/text';
import type { LineMembers } from '@icmp-mon/targets/wire';
import type { Fault } from '../fault';
import type { Change, Difference, Json, MemberChange, PlanContext, Wanted } from '../kind';
import { scopePredicate } from '../scope';
import { dependentsFirst, parentFaults, parentsAfter } from './parent-graph';
import { placeKey, targetTitle, type TargetItem } from './target-item';
import type { CurrentTarget, TargetState } from './target-state';

/** Request of a change of a target: a line of an import, or the target to delete. */
export interface TargetRequest extends LineMembers {
  ip: string;
  vrf: string;
  /** Version that the target must have; 0: it must not exist. */
  version: number;
}

/** Members in the order in which plans show them. */
const MEMBERS = ['name', 'tier', 'tags', 'paused', 'parents', 'notes', 'owner'] as const;
type Member = (typeof MEMBERS)[number];
type Target = Omit<CurrentTarget, 'version'>;

/** A target that nothing was stated of; its tier is always stated. */
const NEW: Omit<Target, 'ip' | 'vrf'> = {
  name: null,
  tier: '',
  tags: {},
  paused: false,
  parents: [],
  notes: null,
  owner: null,
};

/** Returns whether targets are within a scope; without one, all are. */
export function targetPredicate(scope: string | null): (target: Target) => boolean {
  if (scope === null) return () => true;
  const isInScope = scopePredicate(scope);
  return (target) => isInScope({ ...target, parents: target.parents.map((ip) => ({ ip })) });
}

/** Compares the targets of the files with those of the server. */
export function compareTargets(
  wanted: readonly Wanted<TargetItem>[],
  state: TargetState,
  context: PlanContext,
): Difference {
  const within = targetPredicate(context.scope);
  const named = new Set(wanted.map(({ item }) => placeKey(item)));
  const unnamed = [...state.keys()].filter((key) => !named.has(key));
  const surplus = context.scope === null ? [] : unnamed.filter((key) => within(state.get(key) as CurrentTarget));
  const deleted = new Set(context.isDeleting ? surplus : []);
  const parents = parentsAfter(wanted, state, (key) => deleted.has(key));
  const exists = (key: string): boolean => named.has(key) || (state.has(key) && !deleted.has(key));
  const faults = [
    ...tierFaults(wanted, state, context),
    ...parentFaults(wanted, parents, exists),
    ...orphanFaults(state, parents, deleted),
  ];
  const changes: Change[] = [];
  const unstated: Record<string, number> = {};
  for (const each of wanted) {
    const current = state.get(placeKey(each.item));
    const after = { ...NEW, ...current, ...each.item.members, ip: each.item.ip, vrf: each.item.vrf };
    if (!within(after))
      faults.push({
        place: each.placeOf(),
        text: `The target would not be within the scope ${context.scope}, so that this configuration would lose it: state what the scope requires.`,
      });
    if (current !== undefined) countUnstated(unstated, current, each.item.members);
    const change = changeOf(each, current);
    if (change === null) continue;
    const isAdopted = current !== undefined && !within(current);
    changes.push(isAdopted ? { ...change, isAdopted } : change);
  }
  const deletions = dependentsFirst([...deleted], parentsOf(state)).map((key) =>
    deletionOf(state.get(key) as CurrentTarget),
  );
  return {
    changes: [...changes, ...deletions],
    unchanged: wanted.length - changes.length,
    faults,
    unmanaged: { inScope: surplus.length, others: unnamed.length - surplus.length },
    unstated,
  };
}

function tierFaults(wanted: readonly Wanted<TargetItem>[], state: TargetState, { namesOf }: PlanContext): Fault[] {
  const names = namesOf('tiers');
  const known = new Set(names);
  return wanted.flatMap(({ item, placeOf }): Fault[] => {
    const { tier } = item.members;
    if (tier === undefined)
      return state.has(placeKey(item))
        ? []
        : [{ place: placeOf(), text: 'tier is required, because the target is new.' }];
    return known.has(tier)
      ? []
      : [{ place: placeOf(['tier']), text: `There is no tier "${tier}"${didYouMean(tier, names)}` }];
  });
}

/** Returns targets that would lose a parent: it is to be deleted, and they are not. */
function orphanFaults(
  state: TargetState,
  parents: ReadonlyMap<string, readonly string[]>,
  deleted: ReadonlySet<string>,
): Fault[] {
  if (deleted.size === 0) return [];
  return [...parents].flatMap(([key, above]) => {
    const lost = above.find((parent) => deleted.has(parent));
    const [target, parent] = [state.get(key), lost === undefined ? undefined : state.get(lost)];
    if (target === undefined || parent === undefined) return [];
    return [
      {
        place: null,
        text: `${targetTitle(parent)} cannot be deleted: ${targetTitle(target)} depends on it, and stays.`,
      },
    ];
  });
}

const parentsOf = (state: TargetState): Map<string, string[]> =>
  new Map([...state].map(([key, { parents, vrf }]) => [key, parents.map((ip) => placeKey({ ip, vrf }))]));

function countUnstated(unstated: Record<string, number>, current: CurrentTarget, stated: LineMembers): void {
  for (const member of MEMBERS) {
    if (
      member === 'tier' ||
      stated[member] !== undefined ||
      comparable(member, current[member]) === comparable(member, NEW[member])
    )
      continue;
    unstated[member] = (unstated[member] ?? 0) + 1;
  }
}

function changeOf({ item, source }: Wanted<TargetItem>, current: CurrentTarget | undefined): Change | null {
  const members = MEMBERS.flatMap((member): MemberChange[] => {
    const after = item.members[member];
    const before = (current ?? NEW)[member];
    if (after === undefined || comparable(member, before) === comparable(member, after)) return [];
    return [{ member, before: current === undefined ? undefined : (before as Json), after: after as Json }];
  });
  if (current !== undefined && members.length === 0) return null;
  const { ip, vrf } = item;
  const sent = Object.fromEntries(members.map(({ member, after }) => [member, after as Json]));
  return {
    kind: 'targets',
    action: current === undefined ? 'create' : 'change',
    title: targetTitle(item),
    place: source,
    members,
    request: { ip, vrf, ...sent, version: current?.version ?? 0 },
  };
}

function deletionOf(target: CurrentTarget): Change {
  const { ip, vrf, version, name, tier } = target;
  const members = [
    { member: 'name', before: name, after: undefined },
    { member: 'tier', before: tier, after: undefined },
  ];
  return {
    kind: 'targets',
    action: 'delete',
    title: targetTitle(target),
    place: null,
    members,
    request: { ip, vrf, version },
  };
}

/** Returns a text that is equal for equal values: tags and parents have no order. */
function comparable(member: Member, value: unknown): string {
  if (member === 'parents') return [...new Set(value as string[])].sort().join();
  if (member === 'tags') return JSON.stringify(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(value);
}
