import { COMMAND_LIMITS, type RequestCommandRequest } from '@icmp-mon/commands/contract';
import { newId } from '@icmp-mon/platform/ids';
import { eventually } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TooManyCommands } from './command-rate';
import { CommandsFixture, done, FLEET, TARGET } from './commands.test-fixture';
import { forgetCommands, forgetTrails } from './forget-commands';

const [A, B, C] = FLEET.map(({ id }) => id);

let commands: CommandsFixture;

beforeAll(async () => {
  commands = await CommandsFixture.open();
}, 60_000);
afterAll(() => commands.close());
beforeEach(async () => {
  commands.actor = `user:${newId()}`;
  await commands.control.execute('DELETE FROM command');
});

describe('a request for a command', () => {
  it('states immediately that an agent is away', async () => {
    Object.assign(FLEET[2], { connection: 'lost', lastSeenAt: '2026-11-22T10:00:00.000Z' });
    const { agents } = await commands.requestProbe({ agents: [C] });
    Object.assign(FLEET[2], { connection: 'connected' });
    expect(agents[0]).toMatchObject({ state: 'waiting', connection: 'lost' });
    expect(agents[0]?.detail).toMatch(/^The agent is away: it reported last at 2026-11-22.* expires at /);
  });

  it('is limited per caller and per agent, also when requests arrive together', async () => {
    const { perCallerAndMinute, openPerAgent } = COMMAND_LIMITS;
    const results = await Promise.allSettled(
      Array.from({ length: perCallerAndMinute + 5 }, (_, at) => commands.requestProbe({ agents: [FLEET[at % 3].id] })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(perCallerAndMinute);
    const refusals = results.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    for (const refusal of refusals) expect(refusal).toBeInstanceOf(TooManyCommands);
    expect(String(refusals[0])).toMatch(/You have requested 30 commands within a minute.*Try again in \d+ s/);
    commands.actor = `user:${newId()}`;
    for (let at = perCallerAndMinute / 3; at < openPerAgent; at++) await commands.requestProbe({ agents: [A] });
    await expect(commands.requestProbe({ agents: [A, B] })).rejects.toThrow(
      /The agent a has 20 unfinished commands.*Try again in/,
    );
    await commands.requestProbe({ agents: [B] });
  });

  it('is limited per address over all callers, also when requests arrive together, and states when it fits', async () => {
    const agents = FLEET.map(({ id }) => id);
    const { id } = await commands.requestProbe({ agents });
    // 1,800 probes, 40 s ago; three times 60 fit.
    await commands.control.execute(
      `UPDATE command SET count = 600, requested_at = now() - interval '40 s' WHERE id = $1`,
      [id],
    );
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => {
        commands.actor = `user:${newId()}`;
        return commands.requestProbe({ agents, count: 20 });
      }),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const refusals = results.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    for (const refusal of refusals) expect(refusal).toBeInstanceOf(TooManyCommands);
    expect(String(refusals[0])).toMatch(
      /send 192\.0\.2\.1 1980 probes, this one 60 more; the limit of an address is 2000 per minute.*Try again in (20|19|18) s/,
    );
    await commands.requestProbe({ agents, count: 1 });
    await commands.control.execute(`UPDATE command SET requested_at = now() - interval '61 s' WHERE id = $1`, [id]);
    await commands.requestProbe({ agents, count: 20 });
  });

  it.each<[Partial<RequestCommandRequest>, string]>([
    [{ kind: 'tcp_connect' }, '#/parameters/port must be a whole number'],
    [{ kind: 'icmp_ping', parameters: { port: 1 } }, '#/parameters/port is not a field'],
    [
      { kind: 'http', parameters: { scheme: 'https', path: 'x' } },
      '#/parameters/path must be a text that starts with /',
    ],
    [
      { count: 20, expiresInS: 5 },
      'expiresInS must be at least 7 for 20 probes with a timeout of 2000 ms: an agent could not finish them',
    ],
    [
      { kind: 'tcp_connect', parameters: { port: 1 }, timeoutMs: 10_000, expiresInS: 10 },
      'expiresInS must be at least 11',
    ],
    [{ kind: 'mtr', expiresInS: 15 }, 'expiresInS must be at least 16 for 10 rounds'],
    [{ kind: 'mtr', timeoutMs: 500 }, 'timeoutMs must be 1000 for mtr, or be left out'],
    [{ kind: 'mtr', parameters: { port: 80 } }, '#/parameters/port is not a field: mtr has no parameters'],
  ])('is refused with parameters that a check would not have, or with too little time: %j', async (more, text) => {
    await expect(commands.requestProbe(more)).rejects.toThrow(text);
  });

  it('is visible within its scope only, and listed by pages', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 3; at++) ids.unshift((await commands.requestProbe()).id);
    await expect(commands.view(ids[0], 'site=x')).rejects.toMatchObject({ code: 'not_found' });
    expect((await commands.view(ids[0], 'site=y')).id).toBe(ids[0]);
    const first = await commands.listPage({});
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(first.items[0]?.agents).toMatchObject({ waiting: 2, completed: 0 });
    const second = await commands.listPage({ cursor: first.next });
    expect([second.items.map(({ id }) => id), second.next]).toEqual([[ids[2]], null]);
    expect((await commands.listPage({ target: TARGET.ip })).items).toHaveLength(2);
    expect((await commands.listPage({}, 'site=x')).items).toEqual([]);
    await expect(commands.listPage({ cursor: 'nonsense' })).rejects.toThrow('The cursor is not valid');
  });

  it('is deleted after its time, its trail before', async () => {
    const { id } = await commands.requestProbe({ agents: [A] });
    await commands.sendReports(A, done(id));
    await eventually(async () => expect(await commands.stateOf(id)).toBe('completed'));
    expect([await forgetTrails(commands.control, 10), await forgetCommands(commands.control, 10)]).toEqual([0, 0]);
    await commands.control.execute(`UPDATE command_trail SET stored_at = now() - interval '25 hours'`);
    expect(await forgetTrails(commands.control, 10)).toBe(1);
    const trail = await commands.trail(id, A);
    expect(trail.lines).toBeNull();
    await commands.control.execute(`UPDATE command SET requested_at = now() - interval '31 days'`);
    expect(await forgetCommands(commands.control, 10)).toBe(1);
    await expect(commands.view(id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is deleted when newer ones have too many agents', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 2; at++) {
      ids.push((await commands.requestProbe({ agents: [A] })).id);
      await commands.sendReports(A, done(ids[at]));
      await eventually(async () => expect(await commands.stateOf(ids[at])).toBe('completed'));
    }
    const kept = { ...COMMAND_LIMITS, agentsKeptMax: 2 };
    expect(await forgetCommands(commands.control, 10, kept)).toBe(0);
    expect(await forgetCommands(commands.control, 10, { ...kept, agentsKeptMax: 1 })).toBe(1);
    await expect(commands.view(ids[0])).rejects.toMatchObject({ code: 'not_found' });
    expect((await commands.view(ids[1])).state).toBe('completed');
  });
});
