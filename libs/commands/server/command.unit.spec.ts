import type { CommandAgentState, CommandEvent } from '@icmp-mon/commands/contract';
import { describe, expect, it } from 'vitest';
import { cancel, COMMAND, type CommandRecord, dispatch, end, requested } from './command';

const ID = '01936d2e-7c1a-7b3e-9a51-0242ac120010';
const REQUEST = requested({
  ...{ commandId: ID, kind: 'icmp_ping', targetId: ID, ip: '192.0.2.1', vrf: 'default', parameters: {} },
  ...{ count: 4, timeoutMs: 1_000, agentIds: ['a', 'b'], expiresAt: '2026-11-22T10:00:00.000Z' },
});
const after = (...events: CommandEvent[]): CommandRecord => events.reduce(COMMAND.evolve, COMMAND.initial);
const parts = (...states: CommandAgentState[]) => states.map((state, at) => ({ agentId: 'abc'[at] ?? '', state }));

describe('a command', () => {
  it('is dispatched once', () => {
    const open = after(...REQUEST);
    const [event] = dispatch(open, ID);
    expect(event).toEqual({ type: 'CommandDispatched', data: { commandId: ID } });
    expect(dispatch(after(...REQUEST, event), ID)).toEqual([]);
    expect(dispatch(COMMAND.initial, ID)).toEqual([]);
  });

  it.each<[string, CommandAgentState[]]>([
    ['CommandCompleted', ['completed', 'completed']],
    ['CommandCompleted', ['completed', 'failed']],
    ['CommandFailed', ['failed', 'failed']],
    ['CommandExpired', ['completed', 'expired']],
    ['CommandExpired', ['failed', 'expired']],
  ])('ends with %s when its parts are %j', (type, states) => {
    const open = after(...REQUEST);
    expect(end(open, ID, parts(...states)).map((event) => event.type)).toEqual([type]);
  });

  it('does not end while a part is unfinished, nor twice', () => {
    const open = after(...REQUEST);
    expect(end(open, ID, parts('completed', 'waiting'))).toEqual([]);
    expect(end(open, ID, parts('completed', 'running'))).toEqual([]);
    const [ended] = end(open, ID, parts('completed', 'completed'));
    expect(end(after(...REQUEST, ended), ID, parts('completed', 'completed'))).toEqual([]);
  });

  it('is cancelled while it is open only, and names what became of each agent', () => {
    const open = after(...REQUEST);
    const [event] = cancel(open, ID, parts('completed', 'cancelled', 'failed'));
    expect(event).toEqual({
      type: 'CommandCancelled',
      data: { commandId: ID, completed: ['a'], failed: ['c'], expired: [], cancelled: ['b'] },
    });
    expect(() => cancel(after(...REQUEST, event), ID, [])).toThrow('it cannot be cancelled');
  });

  it('ignores an event of a newer release', () => {
    const open = after(...REQUEST);
    expect(COMMAND.evolve(open, { type: 'CommandPraised', data: {} } as unknown as CommandEvent)).toBe(open);
  });
});
