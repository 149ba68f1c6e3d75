import type { CommandAgentChange, CommandChange } from '@icmp-mon/commands/contract';
import type { TargetView } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { BatchGatherer } from './stream-batch';

const view = (id: string, status: TargetView['status'] = 'up'): TargetView => ({
  id,
  key: 1,
  ip: '127.0.0.1',
  vrf: 'default',
  name: null,
  tags: {},
  tier: 'standard',
  paused: false,
  parents: [],
  notes: null,
  owner: null,
  placement: null,
  maintenance: null,
  registeredAt: '2026-03-01T00:00:00.000Z',
  version: 1,
  status,
  reason: null,
  since: null,
  lastSuccessAt: null,
  asOf: null,
});

const agentOf = (commandId: string, agentId: string, state: string) =>
  ({ commandId, agent: { agentId, state } }) as CommandAgentChange;
const changeOf = (id: string, after: number, change: number) => ({ after, command: { id, change } }) as CommandChange;

describe('BatchGatherer', () => {
  it('keeps the latest row of each target', () => {
    const gatherer = new BatchGatherer();
    gatherer.addTarget(view('a', 'up'));
    gatherer.addTarget(view('b', 'up'));
    gatherer.addTarget(view('a', 'down'));
    expect(gatherer.takeBatch().targets.map(({ id, status }) => [id, status])).toEqual([
      ['a', 'down'],
      ['b', 'up'],
    ]);
    expect(gatherer.empty).toBe(true);
  });

  it('completes a change of a command with the agents before it, also over several frames', () => {
    const gatherer = new BatchGatherer();
    gatherer.addCommandAgent(agentOf('c', 'a', 'running'));
    expect(gatherer.empty).toBe(true);
    gatherer.addCommandAgent(agentOf('c', 'a', 'completed'));
    gatherer.addCommandAgent(agentOf('d', 'a', 'running'));
    gatherer.addCommandChange(changeOf('c', 0, 3));
    gatherer.addCommandChange(changeOf('c', 3, 4));
    expect(gatherer.takeBatch().commands).toEqual([
      { ...changeOf('c', 0, 3), agents: [{ agentId: 'a', state: 'completed' }] },
      { ...changeOf('c', 3, 4), agents: [] },
    ]);
    gatherer.addCommandChange(changeOf('d', 0, 1));
    expect(gatherer.takeBatch().commands[0]?.agents).toEqual([{ agentId: 'a', state: 'running' }]);
  });

  it('drops agents of a connection that ended before their change was complete', () => {
    const gatherer = new BatchGatherer();
    gatherer.addCommandAgent(agentOf('c', 'a', 'running'));
    gatherer.forgetCommandAgents();
    gatherer.addCommandChange(changeOf('c', 0, 3));
    expect(gatherer.takeBatch().commands[0]?.agents).toEqual([]);
  });

  it('becomes a reset when it has too many changes of commands', () => {
    const gatherer = new BatchGatherer();
    for (let change = 1; change <= 501; change++) gatherer.addCommandChange(changeOf('c', change - 1, change));
    expect(gatherer.takeBatch()).toMatchObject({ commands: [], reset: true });
  });

  it('keeps the later one of a removal and a change', () => {
    const gatherer = new BatchGatherer();
    gatherer.addTarget(view('a'));
    gatherer.remove('a');
    gatherer.remove('b');
    gatherer.addTarget(view('b'));
    const batch = gatherer.takeBatch();
    expect(batch.removed).toEqual(['a']);
    expect(batch.targets.map(({ id }) => id)).toEqual(['b']);
  });

  it('becomes a reset beyond its limit, and contains no changes then', () => {
    const gatherer = new BatchGatherer();
    for (let index = 0; index < 10_000; index += 1) gatherer.addTarget(view(String(index)));
    const batch = gatherer.takeBatch();
    expect(batch.reset).toBe(true);
    expect(batch.targets).toEqual([]);
  });

  it('keeps only the newest results', () => {
    const gatherer = new BatchGatherer();
    const result = {
      at: '2026-03-01T00:00:00.000Z',
      agentId: 'x',
      agentName: 'x',
      check: 1,
      type: 'icmp_ping',
      outcome: 'reply',
      rttUs: 1,
    } as const;
    for (let index = 0; index < 6_000; index += 1) gatherer.addResult({ id: String(index), targetKey: 1, result });
    const { results } = gatherer.takeBatch();
    expect(results).toHaveLength(5_000);
    expect(results.at(-1)?.id).toBe('5999');
  });
});
