import type { HealthState } from '@icmp-mon/operations/contract';
import type { Status } from '@icmp-mon/status/contract';

/** The states of the product's parts in the shapes and colours of the statuses. */
export const HEALTH_LOOKS_LIKE: Readonly<Record<HealthState, Status>> = {
  ok: 'up',
  attention: 'degraded',
  bad: 'down',
  unknown: 'unknown',
};
