import {
  PERSONAL_MEMBERS,
  type RecordedTarget,
  TARGET_STREAM,
  type TargetData,
  targetDataOf,
  type TargetErased,
  type TargetEvent,
  type TargetRemoved,
} from '@icmp-mon/targets/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Sql } from '@icmp-mon/platform/database';
import type { Aggregate, ProjectedEvent } from '@icmp-mon/platform/event-store';
import { tagsFault } from '@icmp-mon/platform/text';
import { TARGET_TAGS } from '@icmp-mon/targets/wire';
import { requireDependencies } from './dependencies';
import { projectTargets } from './target-list/inventory';
import { requireTiers } from './require-tiers';

export type TargetState =
  | { kind: 'absent' }
  | { kind: 'registered'; target: TargetData }
  | { kind: 'removed'; target: TargetRemoved['data'] }
  | { kind: 'erased' };

/** The members of a target that can change. */
export type TargetMembers = Omit<TargetData, 'targetId' | 'key' | 'ip' | 'vrf'>;

/** A patch of the members of a target: absent ones stay unchanged, null removes a tag, `parents` are ids. */
export type TargetPatch = Partial<Omit<TargetMembers, 'tags'>> & { tags?: Record<string, string | null> };

/** Registers a target. An id is used once: registering an address again, even after its removal, requires a new id. */
export function register(state: TargetState, target: RecordedTarget): TargetEvent[] {
  if (state.kind !== 'absent') throw new DomainError('conflict', `The target id ${target.targetId} is already in use.`);
  return [{ type: 'TargetRegistered', data: targetDataOf(target) }];
}

/** Changes a target. Returns no event if the patch changes nothing. */
export function change(state: TargetState, patch: TargetPatch): TargetEvent[] {
  const before = registered(state);
  const tags = patchedTags(before.tags, patch.tags ?? {});
  const fault = tagsFault(tags, TARGET_TAGS);
  if (fault !== null) throw new DomainError('invalid', `tags ${fault}.`, [{ pointer: '#/tags', detail: fault }]);
  const { name = before.name, tier = before.tier, paused = before.paused } = patch;
  const { parents = before.parents, notes = before.notes, owner = before.owner } = patch;
  return changed(before, { ...before, name, tags, tier, paused, parents, notes, owner });
}

/** Replaces all members of a target. Returns no event if that changes nothing. */
export function replace(state: TargetState, members: TargetMembers): TargetEvent[] {
  const before = registered(state);
  return changed(before, { ...before, ...members });
}

/** Moves a target from one tier to another; returns no event if it is not, or no longer, in the first one. */
export function changeTier(state: TargetState, from: string, to: string): TargetEvent[] {
  if (state.kind !== 'registered' || state.target.tier !== from) return [];
  return [{ type: 'TargetChanged', data: { ...state.target, tier: to } }];
}

export function remove(state: TargetState): TargetEvent[] {
  const { targetId, key, ip, vrf } = registered(state);
  return [{ type: 'TargetRemoved', data: { targetId, key, ip, vrf } }];
}

/** Erases the personal data of a removed target. Returns no event if they are erased already. */
export function erase(state: TargetState): TargetEvent[] {
  switch (state.kind) {
    case 'absent':
      throw new DomainError('not_found', 'There never was a target with this id.');
    case 'registered':
      throw new DomainError('conflict', 'The target exists: remove it first, or change its name, notes and owner.');
    case 'removed':
      return [{ type: 'TargetErased', data: { targetId: state.target.targetId, key: state.target.key } }];
    case 'erased':
      return [];
  }
}

function registered(state: TargetState): TargetData {
  if (state.kind === 'registered') return state.target;
  throw new DomainError('not_found', 'The target does not exist or was removed.');
}

function changed(before: TargetData, after: TargetData): TargetEvent[] {
  const parents = [...new Set(after.parents)].sort();
  const isSame =
    (['name', 'tier', 'paused', 'notes', 'owner'] as const).every((member) => before[member] === after[member]) &&
    before.parents.join() === parents.join() &&
    hasSameTags(before.tags, after.tags);
  return isSame ? [] : [{ type: 'TargetChanged', data: { ...after, parents } }];
}

function patchedTags(tags: TargetData['tags'], patch: NonNullable<TargetPatch['tags']>): TargetData['tags'] {
  const patched = { ...tags };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete patched[key];
    else patched[key] = value;
  }
  return patched;
}

const hasSameTags = (a: TargetData['tags'], b: TargetData['tags']): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);

export function evolve(state: TargetState, event: TargetEvent): TargetState {
  switch (event.type) {
    case 'TargetRegistered':
    case 'TargetChanged':
      return { kind: 'registered', target: targetDataOf(event.data) };
    case 'TargetRemoved':
      return { kind: 'removed', target: event.data };
    case 'TargetErased':
      return { kind: 'erased' };
    default:
      return unknownEvent(event, state);
  }
}

/** Ignores an event that a newer release wrote: it changes nothing that this release knows. */
function unknownEvent(_event: never, state: TargetState): TargetState {
  return state;
}

async function requireReferences(sql: Sql, events: readonly ProjectedEvent<TargetEvent>[]): Promise<void> {
  await requireTiers(sql, events);
  await requireDependencies(sql, events);
}

export const TARGET: Aggregate<TargetState, TargetEvent> = {
  category: TARGET_STREAM,
  initial: { kind: 'absent' },
  evolve,
  personal: { members: PERSONAL_MEMBERS, erasedBy: 'TargetErased' satisfies TargetErased['type'] },
  project: projectTargets,
  requireConsistency: requireReferences,
};
