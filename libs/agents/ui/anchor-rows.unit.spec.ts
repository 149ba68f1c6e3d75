import type { AgentView, AnchorReport } from '@icmp-mon/agents/contract';
import { expect, it } from 'vitest';
import { anchorRows } from './anchor-rows';

const agent = (
  name: string,
  anchors: AnchorReport[] | undefined,
  connection: AgentView['connection'] = 'connected',
): Pick<AgentView, 'name' | 'connection' | 'telemetry'> => ({
  ...{ name, connection },
  telemetry: { anchors } as AgentView['telemetry'],
});

it('counts the connected agents by how they see each anchor', () => {
  const rows = anchorRows(
    ['192.0.2.1', '192.0.2.2'],
    [
      agent('a', [
        { ip: '192.0.2.1', state: 'answers' },
        { ip: '192.0.2.2', state: 'silent' },
      ]),
      agent('b', [
        { ip: '192.0.2.1', state: 'silent' },
        { ip: '192.0.2.2', state: 'refused' },
      ]),
      agent('older', undefined),
      agent('newer', [{ ip: '192.0.2.1', state: 'a_state_to_come' as never }]),
      agent('lost', [{ ip: '192.0.2.1', state: 'silent' }], 'lost'),
    ],
  );
  expect(rows).toEqual([
    { ip: '192.0.2.1', answers: 1, silent: ['b'], silentNames: 'b', refused: 0, unmeasured: 2 },
    { ip: '192.0.2.2', answers: 0, silent: ['a'], silentNames: 'a', refused: 1, unmeasured: 2 },
  ]);
});

it('names the first five', () => {
  const agents = Array.from({ length: 7 }, (_, at) => agent(`a${at}`, [{ ip: '192.0.2.1', state: 'silent' }]));
  expect(anchorRows(['192.0.2.1'], agents)[0]).toMatchObject({ silentNames: 'a0, a1, a2, a3, a4, and 2 more' });
});
