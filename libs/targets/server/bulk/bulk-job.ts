import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import {
  BULK_JOB_STREAM,
  type BulkJobEnded,
  type BulkJobEvent,
  type BulkJobRequested,
} from '@icmp-mon/targets/contract';

export type BulkJobState =
  { kind: 'absent' } | { kind: 'open' } | { kind: 'ended'; state: BulkJobEnded['data']['state'] };

export function request(state: BulkJobState, data: BulkJobRequested['data']): BulkJobEvent[] {
  if (state.kind !== 'absent') throw new DomainError('conflict', `The job id ${data.jobId} is already in use.`);
  return [{ type: 'BulkJobRequested', data }];
}

export function end(state: BulkJobState, data: BulkJobEnded['data']): BulkJobEvent[] {
  if (state.kind === 'absent') throw new DomainError('not_found', `There is no bulk job ${data.jobId}.`);
  if (state.kind === 'ended') throw new DomainError('conflict', `The job has already ended: it is ${state.state}.`);
  return [{ type: 'BulkJobEnded', data }];
}

export function evolve(state: BulkJobState, event: BulkJobEvent): BulkJobState {
  switch (event.type) {
    case 'BulkJobRequested':
      return { kind: 'open' };
    case 'BulkJobEnded':
      return { kind: 'ended', state: event.data.state };
    default:
      return unknownEvent(event, state);
  }
}

/** Ignores an event that a newer release wrote: it changes nothing that this release knows. */
function unknownEvent(_event: never, state: BulkJobState): BulkJobState {
  return state;
}

/** The audit record of a bulk job. Its progress is in the table `bulk_job`. */
export const BULK_JOB: Aggregate<BulkJobState, BulkJobEvent> = {
  category: BULK_JOB_STREAM,
  initial: { kind: 'absent' },
  // Filters, owners and names may name persons: `eraseJobTexts` destroys the key.
  personal: { members: ['filter', 'change', 'expand', 'scope'], erasedBy: null },
  evolve,
};
