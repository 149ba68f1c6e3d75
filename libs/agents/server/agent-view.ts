import {
  type AgentConnection,
  type AgentProcess,
  type AgentState,
  type AgentTelemetry,
  type AgentView,
  isAdmitted,
  type OperatorField,
} from '@icmp-mon/agents/contract';
import type { UncountedResults } from '@icmp-mon/probing/contract';

const LATE_AFTER_MS = 15_000;
const LOST_AFTER_MS = 60_000;

/** Row of table `agent` in the control database. */
export interface AgentRow {
  id: string;
  name: string;
  region: string;
  provider: string;
  tags: Record<string, string>;
  capacityPps: number | null;
  setByOperator: OperatorField[];
  enrolledAt: Date;
  certificateNotAfter: Date;
  state: AgentState;
  stateSince: Date | null;
  stateReason: string | null;
  thenRetire: boolean;
  cloneSuspectedAt: Date | null;
  version: number;
}

/** Row of table `agent_health` in the telemetry database. */
export interface HealthRow {
  agentId: string;
  receivedAt: Date;
  /** The database's time of the read: the age of a report does not depend on the reading process's clock. */
  readAt: Date;
  telemetry: AgentTelemetry;
}

export const AGENT_COLUMNS = `id, name, region, provider, tags, capacity_pps AS "capacityPps",
  set_by_operator AS "setByOperator", enrolled_at AS "enrolledAt",
  certificate_not_after AS "certificateNotAfter", state, state_since AS "stateSince", state_reason AS "stateReason",
  then_retire AS "thenRetire", clone_suspected_at AS "cloneSuspectedAt", version`;
export const HEALTH_COLUMNS = `agent_id AS "agentId", received_at AS "receivedAt", now() AS "readAt", telemetry`;

/** Facts about an agent that neither its row nor its report contains. */
export interface AgentFindings {
  /** Whether reports wait unread in Kafka, or Kafka does not answer: then a missing report does not mean that the agent is lost. */
  areReportsUnread: boolean;
  uncounted: UncountedResults[];
  sharedBy: AgentProcess[];
}

export function agentView(
  agent: AgentRow,
  health: HealthRow | undefined,
  { areReportsUnread, uncounted, sharedBy }: AgentFindings = { areReportsUnread: false, uncounted: [], sharedBy: [] },
): AgentView {
  return {
    id: agent.id,
    name: agent.name,
    region: agent.region,
    provider: agent.provider,
    tags: agent.tags,
    capacityPps: agent.capacityPps,
    setByOperator: agent.setByOperator,
    enrolledAt: agent.enrolledAt.toISOString(),
    certificateNotAfter: agent.certificateNotAfter.toISOString(),
    state: agent.state,
    stateSince: (agent.stateSince ?? agent.enrolledAt).toISOString(),
    stateReason: agent.stateReason,
    thenRetire: agent.thenRetire,
    cloneSuspectedAt: agent.cloneSuspectedAt?.toISOString() ?? null,
    connection: connectionOf(health, health?.readAt.getTime() ?? 0, areReportsUnread && isAdmitted(agent.state)),
    lastSeenAt: health?.receivedAt.toISOString() ?? null,
    assignedTargets: health?.telemetry.targets ?? 0,
    telemetry: health?.telemetry ?? null,
    uncounted,
    sharedBy,
    version: agent.version,
  };
}

/** Returns the connection state by the age of the last report: see `AgentConnection`. */
export function connectionOf(
  health: Pick<HealthRow, 'receivedAt'> | undefined,
  nowMs: number,
  areReportsUnread = false,
): AgentConnection {
  const ageMs = health === undefined ? null : nowMs - health.receivedAt.getTime();
  if (ageMs !== null && ageMs < LATE_AFTER_MS) return 'connected';
  if (areReportsUnread) return 'unknown';
  if (ageMs === null) return 'enrolled';
  return ageMs < LOST_AFTER_MS ? 'late' : 'lost';
}
