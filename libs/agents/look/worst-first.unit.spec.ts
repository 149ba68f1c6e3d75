// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import type { AgentView } from '@icmp-mon/agents/contract';
import { describe, expect, it } from 'vitest';
import { worstFirst } from './worst-first';

const agent = (name: string, connection: AgentView['connection'], state: AgentView['state'] = 'active'): AgentView =>
  ({
    ...{ name, connection, state, cloneSuspectedAt: null, setByOperator: [], lastSeenAt: null },
    telemetry: { executors: [], droppedResults: 0, spoolQuarantined: 0, notSentPerS: 0, policyRefusedTargets: 0 },
  }) as unknown as AgentView;

describe('agents, worst first', () => {
  it('are those without a connection, then those with a problem, then the others by name', () => {
    const agents = [
      agent('c', 'connected'),
      agent('a', 'connected'),
      agent('banned', 'connected', 'banned'),
      agent('late', 'late'),
      agent('lost', 'lost'),
    ];
    expect(worstFirst(agents, 0).map(({ name }) => name)).toEqual(['lost', 'late', 'banned', 'a', 'c']);
  });
});
