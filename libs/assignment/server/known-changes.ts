import type { AgentEnrolled } from '@icmp-mon/agents/contract';
import type { TargetRegistered, TargetRemoved } from '@icmp-mon/targets/contract';
import type { TierDefined } from '@icmp-mon/tiers/contract';
import { PoisonError, readCloudEvent, type ReceivedMessage } from '@icmp-mon/platform/messaging';

/** What a batch of events says, folded: per entity only its last word counts, because facts carry the whole truth. */
export interface KnownChanges {
  tiers: Map<string, TierDefined['data']>;
  agents: Map<string, AgentEnrolled['data']>;
  registered: Map<number, TargetRegistered['data']>;
  removed: Map<number, TargetRemoved['data']>;
}

const TARGET_REGISTERED = 'icmpmon.target.registered.v1';
const TARGET_REMOVED = 'icmpmon.target.removed.v1';
const TIER_DEFINED = 'icmpmon.tier.defined.v1';
const AGENT_ENROLLED = 'icmpmon.agent.enrolled.v1';

/** Folds messages of the public topics in their order. Event types that assignment does not look at are passed over. */
export function foldChanges(messages: readonly ReceivedMessage[]): KnownChanges {
  const changes: KnownChanges = { tiers: new Map(), agents: new Map(), registered: new Map(), removed: new Map() };
  for (const message of messages) foldMessage(changes, message);
  return changes;
}

function foldMessage({ tiers, agents, registered, removed }: KnownChanges, message: ReceivedMessage): void {
  // Data that does not match its type's schema never gets here.
  const { type, data } = readCloudEvent(message);
  if (data === null) throw new PoisonError(`${type} without data`);
  switch (type) {
    case TARGET_REGISTERED: {
      const target = data as TargetRegistered['data'];
      removed.delete(target.key);
      registered.set(target.key, target);
      return;
    }
    case TARGET_REMOVED: {
      const target = data as TargetRemoved['data'];
      registered.delete(target.key);
      removed.set(target.key, target);
      return;
    }
    case TIER_DEFINED: {
      const tier = data as TierDefined['data'];
      tiers.set(tier.name, tier);
      return;
    }
    case AGENT_ENROLLED: {
      const agent = data as AgentEnrolled['data'];
      agents.set(agent.agentId, agent);
      return;
    }
    default:
  }
}
