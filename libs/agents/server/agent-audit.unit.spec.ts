import type { AgentEvent, EnrolmentTokenEvent } from '@icmp-mon/agents/contract';
import { type AuditFields, fieldsAfter } from '@icmp-mon/platform/plugins';
import { describe, expect, it } from 'vitest';
import { AGENT_AUDIT, ENROLMENT_TOKEN_AUDIT } from './agent-audit';

const ENROLLED: AgentEvent = {
  type: 'AgentEnrolled',
  data: {
    ...{ agentId: 'a', name: 'fra-1', region: 'eu', provider: 'x', tags: { site: 'fra' }, capacityPps: 100 },
    ...{ certificateSha256: 'c0ffee', notAfter: '2026-12-01T00:00:00.000Z', keySha256: 'ab', tokenId: 't' },
  },
};
const LIFE = { agentId: 'a', name: 'fra-1', reason: null };

const fieldsOf = (...events: AgentEvent[]): AuditFields =>
  events.reduce<AuditFields>((fields, event) => fieldsAfter(AGENT_AUDIT, fields, event), {});
const didOf = ({ type, data }: AgentEvent): string => AGENT_AUDIT.types[type].did(data as never);

describe('the audit of agents', () => {
  it('shows description and state after each event', () => {
    expect(fieldsOf(ENROLLED)).toEqual({
      ...{ name: 'fra-1', region: 'eu', provider: 'x', capacityPps: '100', state: 'active' },
      ...{ certificateSha256: 'c0ffee', tokenId: 't', 'tag:site': 'fra' },
    });
    const described: AgentEvent = {
      type: 'AgentDescribed',
      data: { agentId: 'a', provider: 'y', tags: { rack: '1' }, name: 'fra-2', region: 'eu', capacityPps: null },
    };
    expect(fieldsOf(ENROLLED, described)).toMatchObject({ name: 'fra-2', provider: 'y', capacityPps: null });
    expect(fieldsOf(ENROLLED, described)).not.toHaveProperty('tag:site');
    const draining: AgentEvent = { type: 'AgentDrainStarted', data: { ...LIFE, thenRetire: true } };
    expect(fieldsOf(ENROLLED, draining)).toMatchObject({ state: 'draining', thenRetire: 'true' });
    expect(fieldsOf(ENROLLED, draining, { type: 'AgentRetired', data: LIFE })).toMatchObject({
      ...{ state: 'retired', thenRetire: null, name: 'fra-1' },
    });
  });

  it('shows since when an agent is lost, and its version, also after it enrolled again', () => {
    const since = '2026-11-22T10:00:00.000Z';
    const place = { agentId: 'a', name: 'fra-1' };
    const lost: AgentEvent = {
      type: 'AgentLost',
      data: { ...place, condition: 'silent', since, cause: 'no report, for 100 s' },
    };
    const upgraded: AgentEvent = { type: 'AgentVersionChanged', data: { ...place, from: null, to: '0.2.0' } };
    expect(fieldsOf(ENROLLED, lost, upgraded, ENROLLED)).toMatchObject({ lostSince: since, version: '0.2.0' });
    const returned: AgentEvent = { type: 'AgentReturned', data: { ...place, lostSince: since } };
    expect(fieldsOf(ENROLLED, lost, returned)).toMatchObject({ lostSince: null, state: 'active' });
    expect([lost, returned, upgraded].map(didOf)).toEqual([
      'recorded that the agent is lost: no report, for 100 s',
      'recorded that the agent returned',
      'recorded that the agent runs version 0.2.0',
    ]);
  });

  it('keeps what a description of an earlier release does not state', () => {
    const described: AgentEvent = { type: 'AgentDescribed', data: { agentId: 'a', provider: 'y', tags: {} } };
    expect(fieldsOf(ENROLLED, described)).toMatchObject({ name: 'fra-1', region: 'eu', capacityPps: '100' });
  });

  it('states the reason that an operator gave', () => {
    expect(didOf({ type: 'AgentBanned', data: { ...LIFE, reason: 'stolen' } })).toBe('banned the agent: stolen');
    expect(didOf({ type: 'AgentBanned', data: LIFE })).toBe('banned the agent');
    expect(didOf({ type: 'AgentDrainStarted', data: { ...LIFE, reason: 'move', thenRetire: true } })).toBe(
      'began to drain the agent and to retire it then: move',
    );
  });

  it('shows the bounds of a token', () => {
    const made: EnrolmentTokenEvent = {
      type: 'EnrolmentTokenMade',
      data: { tokenId: 't', region: 'eu', agentName: null, uses: 2, expiresAt: '2026-12-01T00:00:00.000Z' },
    };
    expect(fieldsAfter(ENROLMENT_TOKEN_AUDIT, {}, made)).toMatchObject({ region: 'eu', agentName: null, uses: '2' });
    expect(ENROLMENT_TOKEN_AUDIT.types[made.type].did(made.data as never)).toBe(
      'created the enrolment token, for 2 uses',
    );
    const revoked = { type: 'EnrolmentTokenRevoked', data: { tokenId: 't' } };
    expect(fieldsAfter(ENROLMENT_TOKEN_AUDIT, { region: 'eu' }, revoked)).toEqual({});
  });
});
