import type { ExecutorState } from '@icmp-mon/agents/contract';
import type { Description } from './enrol/description';
import type { Executor } from './executors/executor';
import type { GatewayClient } from './ship/gateway-client';
import type { LaneShipper } from './ship/lane-shipper';
import type { AssignmentState } from './sync/assignment-state';
import type { AssignmentSync } from './sync/assignment-sync';

/** States in which an executor has no results, or none that can prove a target down. */
const CANNOT_PROBE: readonly ExecutorState[] = ['missing', 'not_permitted', 'unsupported_version', 'deaf'];

interface SessionParts {
  sync: Pick<AssignmentSync, 'synced' | 'failure'>;
  assignments: Pick<AssignmentState, 'version'>;
  gateway: Pick<GatewayClient, 'isAccepted'>;
  ping: Pick<Executor, 'health'>;
  live: Pick<LaneShipper, 'failure'>;
  description: Pick<Description, 'warning'>;
  /** Why the agent does not probe; null if it does. */
  halted: string | null;
}

/** Returns what `/readyz` reports about an enrolled agent. */
export function sessionReadiness(parts: SessionParts): Record<string, { ok: boolean; detail: string }> {
  const { sync, assignments, gateway, ping, live, description, halted } = parts;
  // Stored assignments are probed, but only the gateway can confirm that it accepts results.
  const assigned = sync.synced || (assignments.version > 0 && gateway.isAccepted);
  const probing = ping.health();
  return {
    assignments: { ok: assigned, detail: sync.failure ?? `version ${assignments.version}` },
    probing: {
      ok: halted === null && !CANNOT_PROBE.includes(probing.state),
      detail: halted === null ? probing.detail : `not probing: ${halted}`,
    },
    shipping: { ok: true, detail: live.failure ?? 'the gateway accepts results' },
    description: { ok: true, detail: description.warning ?? 'the settings are in force' },
  };
}
