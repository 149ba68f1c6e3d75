import type { AgentEnrolled } from '@icmp-mon/agents/contract';
import type { TierPolicy } from '@icmp-mon/tiers/contract';
import type { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { cloudEvent, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import type { AssignmentProjection } from './assignment.projection';

type Event = [type: string, data: object];

/** Builders of public events, which are applied in a transaction of their own. */
export interface AssignmentEvents extends EventData {
  happened(...events: Event[]): Promise<void>;
}

interface EventData {
  tierDefined(name: string, policy: TierPolicy): Event;
  targetRegistered(key: number, tier?: string): Event;
  targetChanged(key: number, change: { name?: string; tier?: string }): Event;
  targetRemoved(key: number): Event;
  agentEnrolled(agentId: string, change?: Partial<AgentEnrolled['data']>): Event;
  /** Event of type `icmpmon.agent.<what>.v1`. */
  agentChanged(what: string, agentId: string, more?: object): Event;
}

export function assignmentEvents(database: ControlDatabase, projection: AssignmentProjection): AssignmentEvents {
  const happened = (...events: Event[]): Promise<void> => {
    const messages = events.map(([type, data]) => received(type, data));
    return database.transaction((sql) => projection.handle(sql, messages));
  };
  return { ...EVENTS, happened };
}

export const EVENTS: EventData = {
  tierDefined: (name, policy) => ['icmpmon.tier.defined.v1', { name, builtIn: true, policy }],
  targetRegistered: (key, tier = 'standard') => [
    'icmpmon.target.registered.v1',
    {
      ...{ targetId: newId(), key, ip: `127.${key >> 16}.${(key >> 8) & 255}.${key & 255}` },
      ...{ vrf: 'default', name: null, tags: {}, tier },
    },
  ],
  targetChanged: (key, { name = null, tier = 'standard' }: { name?: string | null; tier?: string }) => [
    'icmpmon.target.changed.v1',
    {
      ...{ targetId: newId(), key, ip: `127.${key >> 16}.${(key >> 8) & 255}.${key & 255}` },
      ...{ vrf: 'default', name, tags: {}, tier },
    },
  ],
  targetRemoved: (key) => ['icmpmon.target.removed.v1', { targetId: newId(), key, ip: '127.0.0.1', vrf: 'default' }],
  agentEnrolled: (agentId, change = {}) => [
    'icmpmon.agent.enrolled.v1',
    {
      ...{ agentId, name: agentId.slice(-8), region: 'eu', provider: 'p', tags: {}, capacityPps: null },
      ...{ certificateSha256: '0'.repeat(64), notAfter: '2026-11-24T00:00:00.000Z' },
      ...change,
    },
  ],
  agentChanged: (what, agentId, more = {}) => [
    `icmpmon.agent.${what}.v1`,
    { agentId, name: agentId.slice(-8), reason: null, ...more },
  ],
};

let offset = 0;

export function received(type: string, data: object): ReceivedMessage {
  const message = cloudEvent({ id: newId(), type, time: new Date().toISOString(), data, key: 'k' });
  const value = message.value === null ? null : Buffer.from(message.value);
  return {
    ...{ topic: 't', partition: 0, offset: offset++, key: 'k', value, headers: message.headers ?? {}, timestampMs: 0 },
  };
}
