import { TARGET_STREAM, type TargetEvent, type TargetRegistered } from '@icmp-mon/targets/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import { projectTargets } from './target-list/inventory';

export type TargetState =
  | { kind: 'absent' }
  | { kind: 'registered'; targetId: string; key: number; ip: string; vrf: string }
  | { kind: 'removed' };

/** A target id is used once: registering again, after a removal too, takes a new one. */
export function register(state: TargetState, target: TargetRegistered['data']): TargetEvent[] {
  if (state.kind !== 'absent') throw new DomainError('conflict', `The target id ${target.targetId} is used already.`);
  return [{ type: 'TargetRegistered', data: target }];
}

export function remove(state: TargetState): TargetEvent[] {
  if (state.kind !== 'registered') throw new DomainError('not_found', 'There is no such target (any more).');
  const { targetId, key, ip, vrf } = state;
  return [{ type: 'TargetRemoved', data: { targetId, key, ip, vrf } }];
}

export function evolve(state: TargetState, event: TargetEvent): TargetState {
  switch (event.type) {
    case 'TargetRegistered': {
      const { targetId, key, ip, vrf } = event.data;
      return { kind: 'registered', targetId, key, ip, vrf };
    }
    case 'TargetRemoved':
      return { kind: 'removed' };
    default:
      return unknownEvent(event, state);
  }
}

/** A newer release may have written events that this one does not know: they change nothing it knows of. */
function unknownEvent(_event: never, state: TargetState): TargetState {
  return state;
}

export const TARGET: Aggregate<TargetState, TargetEvent> = {
  category: TARGET_STREAM,
  initial: { kind: 'absent' },
  evolve,
  project: projectTargets,
};
