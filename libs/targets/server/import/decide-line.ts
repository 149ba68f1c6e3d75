import { newId } from '@icmp-mon/platform/ids';
import { didYouMean } from '@icmp-mon/platform/text';
import {
  IMPORT_VERSION,
  type ImportChange,
  type ImportMember,
  type ImportMode,
  type TargetData,
  type TargetParent,
} from '@icmp-mon/targets/contract';
import type { LineFault } from '@icmp-mon/targets/wire';
import type { WaitingLine } from './import-rows';
import type { CurrentTarget } from './known-targets';

/** Decision on a line: it registers or changes a target, leaves it as it is, or is refused. */
export type LineDecision = { line: number } & (
  | { outcome: 'created'; target: Omit<TargetData, 'key'> }
  | { outcome: 'changed'; target: TargetData; version: number; changes: ImportChange[]; setsParents: boolean }
  | { outcome: 'unchanged'; targetId: string }
  | { outcome: 'refused'; fault: LineFault }
);

export interface LineContext {
  mode: ImportMode;
  current: CurrentTarget | undefined;
  /** Tiers that a target may be given. */
  usable: ReadonlySet<string>;
  /** Names of all tiers, to suggest one. */
  tierNames: readonly string[];
  /** Finds the target that the line names as a parent, by reference and VRF of the line. */
  parentOf(reference: string, vrf: string): TargetParent | undefined;
}

const COMPARED = ['name', 'tier', 'tags', 'paused', 'notes', 'owner'] as const;

/** Decides one line by the targets as they are. Whether its parents make a cycle is decided later. */
export function decideLine(waiting: WaitingLine, context: LineContext): LineDecision {
  const { line, ip, vrf, members, expectedVersion } = waiting;
  const { mode, current, usable, tierNames } = context;
  const refuse = (column: ImportMember | typeof IMPORT_VERSION, reason: string): LineDecision => ({
    line,
    outcome: 'refused',
    fault: { column, reason },
  });
  if (current !== undefined && mode === 'create') {
    return refuse('ip', 'is a target already, and an import with mode=create changes none');
  }
  if (current === undefined && expectedVersion !== null && expectedVersion > 0) {
    return refuse(IMPORT_VERSION, `The target had the version ${expectedVersion}, and was removed since`);
  }
  const tier = members.tier ?? current?.tier;
  if (tier === undefined) return refuse('tier', 'is required, because the target is new');
  if (tier !== current?.tier && !usable.has(tier))
    return refuse('tier', `There is no tier "${tier}"${didYouMean(tier, tierNames)}`);
  const missing = members.parents?.find((reference) => context.parentOf(reference, vrf) === undefined);
  if (missing !== undefined)
    return refuse('parents', `${missing} is neither a target in the VRF ${vrf} nor created by this file`);
  const parents = members.parents?.flatMap((reference) => context.parentOf(reference, vrf) ?? []);
  if (current === undefined) {
    const { name = null, tags = {}, paused = false, notes = null, owner = null } = members;
    const ids = idsOf(parents ?? []);
    return {
      line,
      outcome: 'created',
      target: { targetId: newId(), ip, vrf, name, tags, tier, paused, parents: ids, notes, owner },
    };
  }
  const { id, version, parents: before, ...others } = current;
  const target = { ...others, targetId: id, ...members, tier, ip, vrf, parents: idsOf(parents ?? before) };
  const changes = changesOf(current, target, parents);
  if (changes.length === 0) return { line, outcome: 'unchanged', targetId: id };
  if (expectedVersion !== null && expectedVersion !== version)
    return refuse(IMPORT_VERSION, changedSince(expectedVersion, version));
  const setsParents = changes.some(({ member }) => member === 'parents');
  return { line, outcome: 'changed', target: target as TargetData, version, changes, setsParents };
}

function changedSince(expected: number, version: number): string {
  if (expected === 0) return `The target did not exist, and was registered since: it has the version ${version}`;
  return `The target was changed since the version ${expected}: it has the version ${version}`;
}

const idsOf = (parents: readonly TargetParent[]): string[] => [...new Set(parents.map(({ id }) => id))].sort();

/** Returns the members that differ. Parents are compared by their ids, and shown as in a file. */
function changesOf(
  current: CurrentTarget,
  target: Pick<TargetData, 'parents' | 'vrf'> & Partial<TargetData>,
  parents: readonly TargetParent[] | undefined,
): ImportChange[] {
  const changes = COMPARED.flatMap((member): ImportChange[] => {
    const [before, after] = [current[member], target[member]];
    return comparable(before) === comparable(after) ? [] : [{ member, before, after }];
  });
  if (parents === undefined || idsOf(current.parents).join() === target.parents.join()) return changes;
  const [before, after] = [current.parents, parents].map((each) => parentReferences(each, target.vrf));
  return [...changes, { member: 'parents', before, after }];
}

/** Returns parents as a file names them: by address within the VRF of the target, otherwise by id. */
export const parentReferences = (parents: readonly TargetParent[], vrf: string): string[] =>
  parents.map((parent) => (parent.vrf === vrf ? parent.ip : parent.id)).sort();

const comparable = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(Object.entries(value).sort(byKey))
    : JSON.stringify(value);

const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
