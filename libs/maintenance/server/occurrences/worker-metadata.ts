import type { EventMetadata } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';

/** Returns the metadata of an event that the worker decides. */
export const workerMetadata = (): EventMetadata => ({
  actor: 'system:maintenance',
  causationId: null,
  correlationId: newId(),
});
