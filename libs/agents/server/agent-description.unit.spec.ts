import type { AgentEnrolled, AgentEvent } from '@icmp-mon/agents/contract';
import { describe, expect, it } from 'vitest';
import { AGENT, type AgentRecord, enrol, evict, retire } from './agent';
import { changeDescription, describe as describeAgent } from './agent-description';

const enrolled: AgentEnrolled['data'] = {
  ...{ agentId: '01936d2e-7c1a-7b3e-9a51-0242ac120003', name: 'lab', region: 'eu', provider: 'p', tags: {} },
  ...{ capacityPps: null, certificateSha256: 'A', notAfter: '2026-11-23T00:00:00.000Z' },
};

/** Returns an agent after a sequence of decisions. */
function given(...decisions: ((record: AgentRecord) => AgentEvent[])[]): AgentRecord {
  return [(record: AgentRecord) => enrol(record, enrolled), ...decisions].reduce<AgentRecord>(
    (record, decide) => decide(record).reduce(AGENT.evolve, record),
    AGENT.initial,
  );
}
const types = (events: AgentEvent[]): string[] => events.map(({ type }) => type);

describe('the description that an agent reports', () => {
  it('is stored once, while the agent is admitted', () => {
    const told = { provider: 'other', tags: { site: 'ams' } };
    const rest = { name: 'lab', region: 'eu', capacityPps: null, setByOperator: [] };
    expect(describeAgent(given(), told)).toEqual([
      { type: 'AgentDescribed', data: { agentId: enrolled.agentId, ...rest, ...told } },
    ]);
    const described = given((record) => describeAgent(record, told));
    expect(describeAgent(described, told)).toEqual([]);
    expect(types(describeAgent(described, { ...told, tags: {} }))).toEqual(['AgentDescribed']);
    expect(
      describeAgent(
        given((record) => evict(record, null)),
        told,
      ),
    ).toEqual([]);
  });
});

describe('the description that an operator sets', () => {
  const set = (patch: Parameters<typeof changeDescription>[1]) => (record: AgentRecord) =>
    changeDescription(record, patch);
  const patched = given(
    set({ name: 'fra-1', region: 'us', provider: 'q', tags: { site: 'fra', rack: '7' }, capacityPps: 50 }),
  );

  it('is complete in the event, and changes only what it names', () => {
    expect(changeDescription(given(), { capacityPps: 50 })).toEqual([
      {
        type: 'AgentDescribed',
        data: {
          ...{ agentId: enrolled.agentId, name: 'lab', region: 'eu', provider: 'p', tags: {} },
          ...{ capacityPps: 50, setByOperator: [] },
        },
      },
    ]);
    expect(patched).toMatchObject({
      ...{ name: 'fra-1', region: 'us', provider: 'q', tags: { site: 'fra', rack: '7' }, capacityPps: 50 },
      setByOperator: ['name', 'provider', 'region', 'tags.rack', 'tags.site'],
    });
    expect(changeDescription(patched, { region: 'us', capacityPps: 50 })).toEqual([]);
  });

  it("takes precedence over the agent's own settings, until the operator removes it", () => {
    const told = { provider: 'own', tags: { site: 'ams', os: 'debian' } };
    const described = describeAgent(patched, told).reduce(AGENT.evolve, patched);
    expect(described).toMatchObject({ provider: 'q', tags: { site: 'fra', rack: '7', os: 'debian' } });
    const released = changeDescription(described, { provider: null, tags: { site: null } }).reduce(
      AGENT.evolve,
      described,
    );
    expect(released).toMatchObject({ provider: 'q', tags: { rack: '7', os: 'debian' } });
    const [{ data }] = describeAgent(released, told);
    expect(data).toMatchObject({ provider: 'own', tags: { site: 'ams', rack: '7', os: 'debian' } });
  });

  it('survives an enrolment, except what its token fixes', () => {
    const again = { ...enrolled, provider: 'r', tags: { site: 'ams' }, setByOperator: ['provider' as const] };
    const [{ data }] = enrol(patched, again);
    expect(data).toMatchObject({
      ...{ region: 'us', provider: 'r', tags: { site: 'fra', rack: '7' }, capacityPps: 50 },
      setByOperator: ['name', 'provider', 'region', 'tags.rack', 'tags.site'],
    });
    expect(enrol(patched, { ...again, capacityPps: 70 })[0].data).toMatchObject({ capacityPps: 70 });
  });

  it('is refused with a pointer for each wrong member, and for an agent that is unknown or retired', () => {
    const wrong = { name: '-', region: '', provider: 'a\u0007', tags: { 'a b': 'c' }, capacityPps: 1.5 };
    const pointers = ['#/name', '#/region', '#/provider', '#/tags', '#/capacityPps'];
    expect(() => changeDescription(given(), wrong)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        errors: pointers.map((pointer) => expect.objectContaining({ pointer })),
      }),
    );
    for (const capacityPps of [0, 1_000_001]) {
      expect(() => changeDescription(given(), { capacityPps })).toThrow(expect.objectContaining({ code: 'invalid' }));
    }
    const retired = given((record) => retire(record, { now: true, reason: null }));
    expect(() => changeDescription(retired, {})).toThrow(/is retired/);
    expect(() => changeDescription(AGENT.initial, {})).toThrow(expect.objectContaining({ code: 'not_found' }));
  });
});
