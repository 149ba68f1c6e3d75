import { describe, expect, it } from 'vitest';
import { ASSIGNMENT_PART } from './assignment-health';
import type { HealthFacts } from '@icmp-mon/platform/health';

const LOST = {
  name: 'a',
  state: 'active',
  condition: 'silent',
  since_s: 40,
  cause: 'no report',
  targets: 5,
  outdated: null,
};
const WATCH = { holding: null as string | null, holding_s: null, looked_s: 1 };

const read = (agents: object[], watch: object = WATCH) => {
  const query = (text: string) => Promise.resolve(text.includes('FROM assignment_watch') ? [watch] : agents);
  return ASSIGNMENT_PART.readPart({ control: { query } } as unknown as HealthFacts);
};

describe('the health part of the assignment', () => {
  it('is ok when no agent is lost, or lost agents have no targets', async () => {
    expect(await read([])).toMatchObject({ state: 'ok' });
    expect(await read([{ ...LOST, targets: 0 }])).toMatchObject({ state: 'ok', rows: [{ values: { agent: 'a' } }] });
    expect(await read([{ ...LOST, condition: 'returning' }])).toMatchObject({ state: 'ok' });
  });

  it('reports how many targets are assigned to agents that cannot be relied on', async () => {
    expect(await read([LOST, { ...LOST, name: 'b', condition: 'unable', targets: 2 }])).toMatchObject({
      state: 'attention',
      summary: '7 targets assigned to 2 agents that cannot be relied on',
    });
  });

  it('reports a drain that cannot finish', async () => {
    expect(await read([{ ...LOST, state: 'draining', condition: 'ok' }])).toMatchObject({
      state: 'attention',
      summary: '1 agent cannot finish draining: no other agent is ready for their targets',
    });
  });

  it('reports agents below the minimum version, after lost ones', async () => {
    const outdated = { ...LOST, condition: 'ok', outdated: 'version 0.1.0, the minimum is 0.2.0', outdated_s: 60 };
    const reading = await read([outdated]);
    expect(reading).toMatchObject({
      ...{ state: 'attention', summary: '1 agent below the minimum version: new targets prefer other ready agents' },
      rows: [{ values: { condition: 'outdated', cause: 'version 0.1.0, the minimum is 0.2.0', sinceS: 60 } }],
    });
    expect(await read([outdated, LOST])).toMatchObject({
      summary: '5 targets assigned to 1 agent that cannot be relied on',
    });
  });

  it('reports why no targets are moved, and that no worker watches', async () => {
    const holding = '3 of 4 agents send no reports';
    expect(await read([LOST], { ...WATCH, holding })).toMatchObject({ summary: `Targets are not moved: ${holding}` });
    expect(await read([], { ...WATCH, looked_s: 61 })).toMatchObject({ state: 'attention' });
  });
});
