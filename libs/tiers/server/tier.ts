import { isDeepStrictEqual } from 'node:util';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import {
  completePolicy,
  type SentPolicy,
  TIER_STREAM,
  type TierEvent,
  type TierPolicy,
} from '@icmp-mon/tiers/contract';
import { numberedPolicy } from './check-numbers';
import { projectTiers } from './project-tiers';
import { requireRemovable } from './require-removable';

/** `lastCheck` is the highest number that a check of the tier ever had, also before the tier was removed and defined again. */
export type TierState =
  | { kind: 'absent'; lastCheck: 0 }
  | { kind: 'defined'; builtIn: boolean; policy: TierPolicy; lastCheck: number }
  | { kind: 'removing'; builtIn: boolean; policy: TierPolicy; lastCheck: number; successor: string }
  | { kind: 'removed'; lastCheck: number };

type Existing = Extract<TierState, { kind: 'defined' | 'removing' }>;

/** Decides to define a built-in tier unless it was defined before: later changes by operators are kept. */
export function defineBuiltIn(state: TierState, name: string, policy: TierPolicy): TierEvent[] {
  if (state.kind !== 'absent') return [];
  return [{ type: 'TierDefined', data: { name, builtIn: true, policy } }];
}

/** @throws DomainError `conflict` if the tier exists; `invalid` for the number of a check */
export function create(state: TierState, name: string, sent: SentPolicy): TierEvent[] {
  if (state.kind === 'defined' || state.kind === 'removing') {
    const detail = `The tier "${name}" exists already. Change it by PUT /api/v1/tiers/${name}, or choose another name.`;
    throw new DomainError('conflict', detail, [{ pointer: '#/name', detail: 'is the name of an existing tier' }]);
  }
  const policy = numberedPolicy(sent, [], state.lastCheck);
  return [{ type: 'TierDefined', data: { name, builtIn: false, policy } }];
}

/**
 * Replaces the policy. Returns no event if nothing changes.
 * @throws DomainError `not_found`; `conflict` while the tier is being removed; `invalid` for the number of a check
 */
export function change(state: TierState, name: string, sent: SentPolicy): TierEvent[] {
  const { kind, builtIn, policy: before, lastCheck } = existing(state);
  if (kind === 'removing') throw beingRemoved(name, state);
  const policy = numberedPolicy(sent, before.checks, lastCheck);
  return isDeepStrictEqual(policy, before) ? [] : [{ type: 'TierDefined', data: { name, builtIn, policy } }];
}

/**
 * Begins to move the tier's targets to the successor. Returns no event if that has begun already.
 * @throws DomainError `not_found`; `conflict` for a built-in tier, or while its targets move to another tier
 */
export function startRemoval(state: TierState, name: string, successor: string): TierEvent[] {
  const before = removable(state, name);
  if (before.kind === 'defined') return [{ type: 'TierRemovalStarted', data: { name, successor } }];
  if (before.successor === successor) return [];
  throw beingRemoved(name, state);
}

/** Removes a tier that has no targets; `requireRemovable` refuses to remove one that has. */
export function remove(state: TierState, name: string): TierEvent[] {
  removable(state, name);
  return [{ type: 'TierRemoved', data: { name } }];
}

/** Removes a tier whose removal was started; returns no event if that is done already. */
export function completeRemoval(state: TierState, name: string): TierEvent[] {
  return state.kind === 'removing' ? [{ type: 'TierRemoved', data: { name } }] : [];
}

function existing(state: TierState): Existing {
  if (state.kind === 'defined' || state.kind === 'removing') return state;
  throw new DomainError('not_found', 'Tier not found. GET /api/v1/tiers lists all tiers.');
}

function removable(state: TierState, name: string): Existing {
  const tier = existing(state);
  if (!tier.builtIn) return tier;
  throw new DomainError('conflict', `The tier "${name}" is built in: it can be changed, but not removed.`);
}

function beingRemoved(name: string, state: TierState): DomainError {
  const successor = state.kind === 'removing' ? state.successor : '';
  const detail = `The tier "${name}" is being removed: its targets move to "${successor}". Change that tier instead.`;
  return new DomainError('conflict', detail);
}

function evolve(state: TierState, event: TierEvent): TierState {
  switch (event.type) {
    case 'TierDefined': {
      const { builtIn, policy } = event.data;
      const lastCheck = Math.max(state.lastCheck, ...policy.checks.map(({ check }) => check));
      return { kind: 'defined', builtIn, policy: completePolicy(policy), lastCheck };
    }
    case 'TierRemovalStarted':
      return state.kind === 'defined' ? { ...state, kind: 'removing', successor: event.data.successor } : state;
    case 'TierRemoved':
      return { kind: 'removed', lastCheck: state.lastCheck };
    default:
      return unknownEvent(event, state);
  }
}

/** Ignores an event that a newer release wrote: it changes nothing that this release knows. */
function unknownEvent(_event: never, state: TierState): TierState {
  return state;
}

export const TIER: Aggregate<TierState, TierEvent> = {
  category: TIER_STREAM,
  initial: { kind: 'absent', lastCheck: 0 },
  evolve,
  project: projectTiers,
  requireConsistency: requireRemovable,
};
