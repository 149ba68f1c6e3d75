import { isDeepStrictEqual } from 'node:util';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import {
  INVENTORY_RUN_STREAM,
  INVENTORY_SOURCE_STREAM,
  type InventorySourceChanged,
  type InventorySourceDefined,
  type InventorySourceEvent,
  type InventorySourceRunRequested,
} from '@icmp-mon/targets/contract';

export type SourceState =
  { kind: 'absent' } | { kind: 'present'; data: InventorySourceDefined['data'] } | { kind: 'removed' };

export function define(state: SourceState, data: InventorySourceDefined['data']): InventorySourceEvent[] {
  if (state.kind !== 'absent') throw new DomainError('conflict', `The source id ${data.sourceId} is already in use.`);
  return [{ type: 'InventorySourceDefined', data }];
}

/** Changes the definition. Returns no event if that changes nothing. @throws DomainError `not_found` */
export function change(state: SourceState, data: InventorySourceChanged['data']): InventorySourceEvent[] {
  const before = present(state, data.sourceId);
  const { isCredentialNew, ...after } = data;
  return !isCredentialNew && isDeepStrictEqual(before, after) ? [] : [{ type: 'InventorySourceChanged', data }];
}

/** @throws DomainError `not_found` */
export function remove(state: SourceState, sourceId: string): InventorySourceEvent[] {
  const { name } = present(state, sourceId);
  return [{ type: 'InventorySourceRemoved', data: { sourceId, name } }];
}

export const sourceNotFound = (id: string): DomainError =>
  new DomainError('not_found', `There is no inventory source ${id}. GET /api/v1/inventory-sources lists all.`);

function present(state: SourceState, id: string): InventorySourceDefined['data'] {
  if (state.kind === 'present') return state.data;
  throw sourceNotFound(id);
}

function evolve(state: SourceState, event: InventorySourceEvent): SourceState {
  switch (event.type) {
    case 'InventorySourceDefined':
      return { kind: 'present', data: event.data };
    case 'InventorySourceChanged': {
      const { isCredentialNew: _, ...data } = event.data;
      return { kind: 'present', data };
    }
    case 'InventorySourceRemoved':
      return { kind: 'removed' };
    default:
      return unknownEvent(event, state);
  }
}

/** Ignores an event that a newer release wrote: it changes nothing that this release knows. */
function unknownEvent(_event: never, state: SourceState): SourceState {
  return state;
}

/** The audit record of a source. The definition in use, with its credential, is in the table `inventory_source`. */
export const INVENTORY_SOURCE: Aggregate<SourceState, InventorySourceEvent> = {
  category: INVENTORY_SOURCE_STREAM,
  initial: { kind: 'absent' },
  evolve,
};

/** The audit record of a requested run. Its progress is in the table `inventory_source_run`. */
export const INVENTORY_RUN: Aggregate<null, InventorySourceRunRequested> = {
  category: INVENTORY_RUN_STREAM,
  initial: null,
  evolve: (state) => state,
};
