import {
  AGENT_BANNED,
  AGENT_DESCRIBED,
  AGENT_DRAIN_CANCELLED,
  AGENT_DRAIN_STARTED,
  AGENT_ENROLLED,
  AGENT_EVICTED,
  AGENT_RETIRED,
  AGENT_UNBANNED,
  type AgentDescribed,
  type AgentEnrolled,
  type AgentState,
} from '@icmp-mon/agents/contract';
import {
  TARGET_CHANGED,
  TARGET_REGISTERED,
  TARGET_REMOVED,
  type RecordedTarget,
  type TargetData,
  targetDataOf,
  type TargetRemoved,
} from '@icmp-mon/targets/contract';
import { TIER_DEFINED, TIER_REMOVED, type TierDefined, type TierRemoved } from '@icmp-mon/tiers/contract';
import { PoisonError, readCloudEvent, type ReceivedMessage } from '@icmp-mon/platform/messaging';

/** Changed properties of an agent; unset ones are unchanged. */
export interface AgentChange {
  /** Whether the batch contains its enrolment, and with it all properties. */
  isEnrolled?: boolean;
  name?: string;
  region?: string;
  provider?: string;
  tags?: Record<string, string>;
  state?: AgentState;
  capacityPps?: number | null;
}

/** Changes of a batch of events, folded: only the last event per entity counts, because facts contain the complete state. */
export interface KnownChanges {
  tiers: Map<string, TierDefined['data']>;
  removedTiers: Set<string>;
  agents: Map<string, AgentChange>;
  registered: Map<number, TargetData & { registeredAt: string }>;
  /** Targets that were registered before this batch, as they are now. */
  changed: Map<number, TargetData>;
  removed: Map<number, TargetRemoved['data']>;
}

/** State after each lifecycle event of an agent. */
const AGENT_STATE_AFTER: Readonly<Record<string, AgentState>> = {
  [AGENT_DRAIN_STARTED]: 'draining',
  [AGENT_DRAIN_CANCELLED]: 'active',
  [AGENT_RETIRED]: 'retired',
  [AGENT_EVICTED]: 'evicted',
  [AGENT_BANNED]: 'banned',
  [AGENT_UNBANNED]: 'evicted',
};

/** Folds messages of the public topics in their order. Other event types are ignored. */
export function foldChanges(messages: readonly ReceivedMessage[]): KnownChanges {
  const changes: KnownChanges = {
    tiers: new Map(),
    removedTiers: new Set(),
    agents: new Map(),
    registered: new Map(),
    changed: new Map(),
    removed: new Map(),
  };
  for (const message of messages) foldMessage(changes, message);
  return changes;
}

function foldMessage(changes: KnownChanges, message: ReceivedMessage): void {
  const { tiers, removedTiers, agents, registered, changed, removed } = changes;
  // Data that does not match the schema of its type is rejected before.
  const { type, data, time } = readCloudEvent(message);
  if (data === null) throw new PoisonError(`${type} without data`);
  switch (type) {
    case TARGET_REGISTERED: {
      const target = targetDataOf(data as RecordedTarget);
      removed.delete(target.key);
      registered.set(target.key, { ...target, registeredAt: time });
      return;
    }
    case TARGET_CHANGED: {
      const target = targetDataOf(data as RecordedTarget);
      const before = registered.get(target.key);
      if (before === undefined) changed.set(target.key, target);
      else registered.set(target.key, { ...target, registeredAt: before.registeredAt });
      return;
    }
    case TARGET_REMOVED: {
      const target = data as TargetRemoved['data'];
      registered.delete(target.key);
      changed.delete(target.key);
      removed.set(target.key, target);
      return;
    }
    case TIER_DEFINED: {
      const tier = data as TierDefined['data'];
      tiers.set(tier.name, tier);
      removedTiers.delete(tier.name);
      return;
    }
    case TIER_REMOVED: {
      const { name } = data as TierRemoved['data'];
      tiers.delete(name);
      removedTiers.add(name);
      return;
    }
    case AGENT_ENROLLED: {
      const { agentId, name, region, provider, tags, capacityPps } = data as AgentEnrolled['data'];
      agents.set(agentId, { isEnrolled: true, name, region, provider, tags, state: 'active', capacityPps });
      return;
    }
    case AGENT_DESCRIBED: {
      const { agentId, name, region, provider, tags, capacityPps } = data as AgentDescribed['data'];
      const more = definedMembers({ name, region, capacityPps });
      agents.set(agentId, { ...agents.get(agentId), provider, tags, ...more });
      return;
    }
    default:
      foldAgentState(agents, type, data);
  }
}

function foldAgentState(agents: KnownChanges['agents'], type: string, data: unknown): void {
  const state = AGENT_STATE_AFTER[type];
  if (state === undefined) return;
  const { agentId } = data as { agentId: string };
  agents.set(agentId, { ...agents.get(agentId), state });
}

/** Events of earlier releases lack members, which then stay unchanged. */
function definedMembers(members: Partial<AgentChange>): Partial<AgentChange> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
