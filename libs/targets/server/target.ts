import {
  type ChangeTargetRequest,
  TARGET_STREAM,
  type TargetEvent,
  type TargetRegistered,
} from '@icmp-mon/targets/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import { tagsFault } from '@icmp-mon/platform/text';
import { TARGET_TAGS } from './tags';
import { projectTargets } from './target-list/inventory';

type Target = TargetRegistered['data'];

export type TargetState = { kind: 'absent' } | { kind: 'registered'; target: Target } | { kind: 'removed' };

/** Registers a target. An id is used once: registering an address again, even after its removal, requires a new id. */
export function register(state: TargetState, target: Target): TargetEvent[] {
  if (state.kind !== 'absent') throw new DomainError('conflict', `The target id ${target.targetId} is already in use.`);
  return [{ type: 'TargetRegistered', data: target }];
}

/** Changes a target. Returns no event if the patch changes nothing. */
export function change(state: TargetState, patch: ChangeTargetRequest): TargetEvent[] {
  const before = registered(state);
  const { name = before.name, tier = before.tier } = patch;
  const tags = patchedTags(before.tags, patch.tags ?? {});
  const fault = tagsFault(tags, TARGET_TAGS);
  if (fault !== null) throw new DomainError('invalid', `tags ${fault}.`, [{ pointer: '#/tags', detail: fault }]);
  if (name === before.name && tier === before.tier && isSame(tags, before.tags)) return [];
  return [{ type: 'TargetChanged', data: { ...before, name, tags, tier } }];
}

export function remove(state: TargetState): TargetEvent[] {
  const { targetId, key, ip, vrf } = registered(state);
  return [{ type: 'TargetRemoved', data: { targetId, key, ip, vrf } }];
}

function registered(state: TargetState): Target {
  if (state.kind === 'registered') return state.target;
  throw new DomainError('not_found', 'The target does not exist or was removed.');
}

function patchedTags(tags: Target['tags'], patch: NonNullable<ChangeTargetRequest['tags']>): Target['tags'] {
  const patched = { ...tags };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete patched[key];
    else patched[key] = value;
  }
  return patched;
}

const isSame = (a: Target['tags'], b: Target['tags']): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);

export function evolve(state: TargetState, event: TargetEvent): TargetState {
  switch (event.type) {
    case 'TargetRegistered':
    case 'TargetChanged':
      return { kind: 'registered', target: event.data };
    case 'TargetRemoved':
      return { kind: 'removed' };
    default:
      return unknownEvent(event, state);
  }
}

/** Ignores an event that a newer release wrote: it changes nothing that this release knows. */
function unknownEvent(_event: never, state: TargetState): TargetState {
  return state;
}

export const TARGET: Aggregate<TargetState, TargetEvent> = {
  category: TARGET_STREAM,
  initial: { kind: 'absent' },
  evolve,
  project: projectTargets,
};
