import * as agents from '@icmp-mon/agents/contract';
import * as commands from '@icmp-mon/commands/contract';
import * as paths from '@icmp-mon/paths/contract';
import * as status from '@icmp-mon/status/contract';
import * as targets from '@icmp-mon/targets/contract';
import * as tiers from '@icmp-mon/tiers/contract';
import { describe, expect, it } from 'vitest';
import { cloudEventType } from './cloud-event';

/** Each event type of the contracts with its stream and event name. */
const EVENTS: [type: string, entity: string, event: string][] = [
  [targets.TARGET_REGISTERED, targets.TARGET_STREAM, 'TargetRegistered'],
  [targets.TARGET_CHANGED, targets.TARGET_STREAM, 'TargetChanged'],
  [targets.TARGET_REMOVED, targets.TARGET_STREAM, 'TargetRemoved'],
  [targets.TARGET_ERASED, targets.TARGET_STREAM, 'TargetErased'],
  [tiers.TIER_DEFINED, tiers.TIER_STREAM, 'TierDefined'],
  [agents.AGENT_ENROLLED, agents.AGENT_STREAM, 'AgentEnrolled'],
  [agents.AGENT_DESCRIBED, agents.AGENT_STREAM, 'AgentDescribed'],
  [agents.AGENT_DRAIN_STARTED, agents.AGENT_STREAM, 'AgentDrainStarted'],
  [agents.AGENT_DRAIN_CANCELLED, agents.AGENT_STREAM, 'AgentDrainCancelled'],
  [agents.AGENT_RETIRED, agents.AGENT_STREAM, 'AgentRetired'],
  [agents.AGENT_EVICTED, agents.AGENT_STREAM, 'AgentEvicted'],
  [agents.AGENT_BANNED, agents.AGENT_STREAM, 'AgentBanned'],
  [agents.AGENT_UNBANNED, agents.AGENT_STREAM, 'AgentUnbanned'],
  [agents.AGENT_LOST, agents.AGENT_STREAM, 'AgentLost'],
  [agents.AGENT_RETURNED, agents.AGENT_STREAM, 'AgentReturned'],
  [agents.AGENT_VERSION_CHANGED, agents.AGENT_STREAM, 'AgentVersionChanged'],
  [commands.COMMAND_REQUESTED, commands.COMMAND_STREAM, 'CommandRequested'],
  [commands.COMMAND_DISPATCHED, commands.COMMAND_STREAM, 'CommandDispatched'],
  [commands.COMMAND_COMPLETED, commands.COMMAND_STREAM, 'CommandCompleted'],
  [commands.COMMAND_FAILED, commands.COMMAND_STREAM, 'CommandFailed'],
  [commands.COMMAND_EXPIRED, commands.COMMAND_STREAM, 'CommandExpired'],
  [commands.COMMAND_CANCELLED, commands.COMMAND_STREAM, 'CommandCancelled'],
  [status.TARGET_STATUS_CHANGED, 'target-status', 'TargetStatusChanged'],
  [paths.PATH_CHANGED, 'path', 'PathChanged'],
  [status.CHECK_STATUS_CHANGED, 'check-status', 'CheckStatusChanged'],
];

describe('the types of events that contracts name', () => {
  it.each(EVENTS)('%s is the type under which the relay publishes %s %s', (type, entity, event) => {
    expect(cloudEventType(entity, event)).toBe(type);
  });
});
