import {
  checkIdentity,
  type CheckDefinition,
  type CheckRequest,
  readPolicy,
  type SentPolicy,
  type TierView,
} from '@icmp-mon/tiers/contract';
import { isObject } from '../../input';
import { policyOf } from '../../tiers/tier-policy';
import type { Fault } from '../fault';
import type { Change, Difference, Json, MemberChange, Wanted } from '../kind';
import type { TierItem } from './tier-item';

/** Request of a change of a tier. */
export interface TierRequest {
  name: string;
  policy: SentPolicy;
  /** Null: the tier does not exist. */
  version: number | null;
}

/** Compares the tiers of the files with those of the server. Tiers are never deleted: those of no file are counted. */
export function compareTiers(wanted: readonly Wanted<TierItem>[], current: ReadonlyMap<string, TierView>): Difference {
  const changes: Change[] = [];
  const faults: Fault[] = [];
  for (const each of wanted) {
    const compared = compareTier(each, current.get(each.item.name));
    if ('faults' in compared) faults.push(...compared.faults);
    else if (compared.change !== null) changes.push(compared.change);
  }
  const names = new Set(wanted.map(({ item }) => item.name));
  const others = [...current.keys()].filter((name) => !names.has(name)).length;
  const unchanged = wanted.length - changes.length - faults.length;
  return { changes, faults, unchanged, unmanaged: { inScope: 0, others }, unstated: {} };
}

function compareTier(
  { item: { name, policy: stated }, source, placeOf }: Wanted<TierItem>,
  current: TierView | undefined,
): { change: Change | null } | { faults: Fault[] } {
  if (current !== undefined && current.successor !== null) {
    const text = `The tier ${name} is being removed, and its targets move to ${current.successor}: remove it from the file, or wait.`;
    return { faults: [{ place: placeOf(), text }] };
  }
  const { policy, faults } = readPolicy(current === undefined ? stated : merged(policyOf(current), stated));
  if (faults !== undefined) return { faults: faults.map((fault) => faultAt(fault, placeOf)) };
  const members = membersOf(current, policy);
  if (members.length === 0) return { change: null };
  const request: TierRequest = { name, policy, version: current?.version ?? null };
  return {
    change: {
      kind: 'tiers',
      action: current === undefined ? 'create' : 'change',
      title: name,
      place: source,
      members,
      request: request as unknown as Json,
    },
  };
}

/** Tags and lists are stated as a whole; of other objects, each member. */
const WHOLE: readonly string[] = ['requireTags', 'excludeTags'];

function merged(base: object, stated: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [member, value] of Object.entries(stated)) {
    const before = result[member];
    result[member] = isObject(value) && isObject(before) && !WHOLE.includes(member) ? merged(before, value) : value;
  }
  return result;
}

function faultAt(
  { pointer, detail }: { pointer: string; detail: string },
  placeOf: Wanted<TierItem>['placeOf'],
): Fault {
  const path = pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { place: placeOf(path), text: `${path.join('.')} ${detail}.` };
}

/** Returns the members that differ. The order of checks and regions has no meaning, and is not compared. */
function membersOf(current: TierView | undefined, policy: SentPolicy): MemberChange[] {
  const before = current === undefined ? new Map<string, Json>() : leavesOf(policyOf(current), current.checks);
  const after = leavesOf(policy, current?.checks ?? []);
  return [...after].flatMap(([member, value]) =>
    JSON.stringify(before.get(member)) === JSON.stringify(value)
      ? []
      : [{ member, before: before.get(member), after: value }],
  );
}

function leavesOf(policy: SentPolicy, current: readonly CheckDefinition[]): Map<string, Json> {
  const leaves = new Map<string, Json>();
  const { checks, agentSelection, verdictRule, ...times } = policy;
  const { diversity, regions, ...selection } = agentSelection;
  addLeaves(leaves, '', times);
  leaves.set('checks', checks.map((check) => numbered(check, current)).sort(byText));
  addLeaves(leaves, 'agentSelection.', { ...selection, regions: [...regions].sort() });
  addLeaves(leaves, 'agentSelection.diversity.', { ...diversity });
  const { degraded, ...rule } = verdictRule;
  addLeaves(leaves, 'verdictRule.', rule);
  addLeaves(leaves, 'verdictRule.degraded.', { ...degraded });
  return leaves;
}

function addLeaves(leaves: Map<string, Json>, prefix: string, members: object): void {
  for (const [member, value] of Object.entries(members)) leaves.set(`${prefix}${member}`, sorted(value));
}

const sorted = (value: unknown): Json =>
  (isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value) as Json;

/** A check without a number has that of the current check that probes the same. */
function numbered(check: CheckRequest, current: readonly CheckDefinition[]): Json {
  const same = current.find((each) => checkIdentity(each) === checkIdentity(check));
  return sorted({ ...check, check: check.check ?? same?.check });
}

const byText = (a: Json, b: Json): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
