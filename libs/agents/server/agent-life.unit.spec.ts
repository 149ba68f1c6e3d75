import type { AgentEvent } from '@icmp-mon/agents/contract';
import { validateEvent } from '@icmp-mon/platform/messaging';
import { describe, expect, it } from 'vitest';
import { AGENT, type AgentRecord, ban, enrol } from './agent';
import { type ObservedLife, recordLife } from './agent-life';

const AGENT_ID = '01936d2e-7c1a-7b3e-9a51-0242ac120003';
const SINCE = '2026-11-22T10:00:00.000Z';
const lost: ObservedLife = {
  presence: { presence: 'lost', condition: 'silent', since: SINCE, cause: 'no report, for 100 s' },
  version: undefined,
};
const present: ObservedLife = {
  presence: { presence: 'present', condition: null, since: SINCE, cause: 'stable for 100 s' },
  version: undefined,
};

const after = (record: AgentRecord, events: AgentEvent[]): AgentRecord => events.reduce(AGENT.evolve, record);
const enrolAgain = (record: AgentRecord): AgentRecord =>
  after(
    record,
    enrol(record, {
      ...{ agentId: AGENT_ID, name: 'lab-1', region: 'eu', provider: 'p', tags: {}, capacityPps: null },
      ...{ certificateSha256: 'aa', notAfter: SINCE },
    }),
  );
const enrolled = enrolAgain(AGENT.initial);

describe('the life of an agent', () => {
  it('has one event when it is lost, and one when it returned', () => {
    const events = recordLife(enrolled, lost);
    expect(events).toEqual([
      {
        type: 'AgentLost',
        data: { agentId: AGENT_ID, name: 'lab-1', condition: 'silent', since: SINCE, cause: 'no report, for 100 s' },
      },
    ]);
    const gone = after(enrolled, events);
    expect(recordLife(gone, lost)).toEqual([]);
    const back = recordLife(gone, present);
    expect(back).toEqual([{ type: 'AgentReturned', data: { agentId: AGENT_ID, name: 'lab-1', lostSince: SINCE } }]);
    expect(recordLife(after(gone, back), present)).toEqual([]);
    for (const { type, data } of [...events, ...back])
      validateEvent(`icmpmon.agent.${type === 'AgentLost' ? 'lost' : 'returned'}.v1`, data);
  });

  it('has none while it is neither lost nor present, and for an agent that was never lost', () => {
    expect(recordLife(enrolled, present)).toEqual([]);
    expect(
      recordLife(after(enrolled, recordLife(enrolled, lost)), { presence: undefined, version: undefined }),
    ).toEqual([]);
  });

  it('stays lost when it enrols again, until it was present', () => {
    const again = enrolAgain(after(enrolled, recordLife(enrolled, lost)));
    expect(recordLife(again, lost)).toEqual([]);
    expect(recordLife(again, present)).toHaveLength(1);
  });

  it('has an event for each change of the version, also the first', () => {
    const first = recordLife(enrolled, { presence: undefined, version: '0.1.0' });
    expect(first).toMatchObject([{ type: 'AgentVersionChanged', data: { from: null, to: '0.1.0' } }]);
    const known = after(enrolled, first);
    expect(recordLife(known, { presence: undefined, version: '0.1.0' })).toEqual([]);
    const [upgrade] = recordLife(known, { presence: undefined, version: '0.2.0' });
    expect(upgrade.data).toEqual({ agentId: AGENT_ID, name: 'lab-1', from: '0.1.0', to: '0.2.0' });
    validateEvent('icmpmon.agent.version-changed.v1', upgrade.data);
  });

  it('has none without credentials', () => {
    expect(recordLife(after(enrolled, ban(enrolled, null)), lost)).toEqual([]);
    expect(recordLife(AGENT.initial, { ...lost, version: '0.1.0' })).toEqual([]);
  });
});
