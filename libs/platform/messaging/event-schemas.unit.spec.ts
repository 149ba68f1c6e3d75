import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '@icmp-mon/agents/contract';
import type { CommandEvent } from '@icmp-mon/commands/contract';
import type { PathChanged } from '@icmp-mon/paths/contract';
import type { MaintenanceEvent, OccurrenceEvent } from '@icmp-mon/maintenance/contract';
import type { CheckStatusChanged, TargetStatusChanged } from '@icmp-mon/status/contract';
import type { TargetEvent } from '@icmp-mon/targets/contract';
import type { TierEvent } from '@icmp-mon/tiers/contract';
import { parse } from 'yaml';
import asyncApiText from '../../../docs/asyncapi.yaml';
import { cloudEventType } from './cloud-event';
import { EVENT_SCHEMAS, eventFault, validateEvent } from './event-schemas';

type PublicEvent =
  | TargetEvent
  | TierEvent
  | AgentEvent
  | CommandEvent
  | MaintenanceEvent
  | OccurrenceEvent
  | TargetStatusChanged
  | CheckStatusChanged
  | PathChanged;

/** The entity of each event. The type makes it complete: a new event of a contract does not compile until it is added here. */
const ENTITY_OF: Record<PublicEvent['type'], string> = {
  TargetRegistered: 'target',
  TargetChanged: 'target',
  TargetRemoved: 'target',
  TargetErased: 'target',
  TierDefined: 'tier',
  TierRemovalStarted: 'tier',
  TierRemoved: 'tier',
  AgentEnrolled: 'agent',
  AgentCertificateRenewed: 'agent',
  AgentDrainStarted: 'agent',
  AgentDrainCancelled: 'agent',
  AgentRetired: 'agent',
  AgentEvicted: 'agent',
  AgentBanned: 'agent',
  AgentUnbanned: 'agent',
  AgentLost: 'agent',
  AgentReturned: 'agent',
  AgentVersionChanged: 'agent',
  AgentDescribed: 'agent',
  CommandRequested: 'command',
  CommandDispatched: 'command',
  CommandCompleted: 'command',
  CommandFailed: 'command',
  CommandExpired: 'command',
  CommandCancelled: 'command',
  MaintenanceScheduled: 'maintenance',
  MaintenanceAmended: 'maintenance',
  MaintenanceDateChanged: 'maintenance',
  MaintenanceZoneChanged: 'maintenance',
  MaintenanceNoticeImported: 'maintenance',
  MaintenanceCancelled: 'maintenance',
  MaintenanceSilenced: 'maintenance',
  OccurrenceOpened: 'occurrence',
  OccurrenceExtended: 'occurrence',
  OccurrenceClosed: 'occurrence',
  OccurrenceAmended: 'occurrence',
  TargetStatusChanged: 'target-status',
  CheckStatusChanged: 'check-status',
  PathChanged: 'path',
};

const TYPES = Object.entries(ENTITY_OF).map(([type, entity]) => [type, cloudEventType(entity, type)] as const);

interface Document {
  components: { messages: Record<string, { title?: string; payload?: { schema: { $ref: string } } }> };
  channels: Record<string, { messages: Record<string, unknown> }>;
}

describe('the schemas of public events', () => {
  const document = parse(asyncApiText) as Document;

  it.each(TYPES)('%s has a schema whose example matches', (_type, ceType) => {
    const schema = EVENT_SCHEMAS.get(ceType);
    expect(schema).toBeDefined();
    expect(schema?.examples.length).toBeGreaterThan(0);
    for (const example of schema?.examples ?? []) validateEvent(ceType, example);
  });

  it.each(TYPES)('%s is a message of docs/asyncapi.yaml with that schema, on a channel', (type, ceType) => {
    const message = document.components.messages[type];
    expect(message?.title).toBe(ceType);
    expect(message?.payload?.schema.$ref).toBe(`./schemas/${ceType.replace('icmpmon.', '')}.json`);
    expect(Object.values(document.channels).some(({ messages }) => type in messages)).toBe(true);
  });

  it('contain no schema without an event', () => {
    expect([...EVENT_SCHEMAS.keys()].sort()).toEqual(TYPES.map(([, ceType]) => ceType).sort());
  });

  it('refuse data with a missing or wrong field, and name the field', () => {
    const [type] = [cloudEventType('target', 'TargetRemoved')];
    expect(eventFault(type, { targetId: 'x' })).toMatch(/required property 'key'/);
    expect(() => validateEvent(type, { targetId: 'x', key: 1, ip: '::1', vrf: 'default' })).toThrow(/targetId.*uuid/);
  });

  it('accept newer fields and newer types, but no unknown type in tests', () => {
    const example = EVENT_SCHEMAS.get('icmpmon.target.removed.v1')?.examples[0] as object;
    expect(eventFault('icmpmon.target.removed.v1', { ...example, why: 'moved' })).toBeNull();
    expect(eventFault('icmpmon.target.moved.v1', {})).toBeNull();
    expect(() => validateEvent('icmpmon.target.moved.v1', {})).toThrow(/add docs\/schemas/);
  });
});
