import { AGENT, makeToken } from '@icmp-mon/agents/server';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabases } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CliContext } from './cli-context';
import { runCli } from './run-cli';

const METADATA = { actor: 'system:test', causationId: null, correlationId: newId() };
let home: TestDatabases;
let control: ControlDatabase;
let telemetry: TelemetryDatabase;

beforeAll(async () => {
  home = await testDatabase('both');
  control = new ControlDatabase({ url: home.controlUrl });
  telemetry = new TelemetryDatabase({ url: home.telemetryUrl });
});
afterAll(async () => {
  await control.close();
  await telemetry.close();
  await home.dropDatabases();
});

/** Log bounds from which the list determines whether agents' reports are unread. */
let bounds: () => Promise<Map<string, unknown>>;
beforeEach(() => {
  bounds = () => Promise.resolve(new Map<string, unknown>());
});

/** Output of `npm run icmpmon -- …`. */
async function run(...args: string[]): Promise<string> {
  const said: string[] = [];
  const messaging = { topicBounds: bounds, topic: (logical: string) => logical };
  const printLine = (line: string): void => void said.push(line);
  await runCli({ control, telemetry, messaging, printLine } as unknown as CliContext, args);
  return said.join('\n');
}

async function enrolled(name: string): Promise<string> {
  const agentId = newId();
  const data = {
    ...{ agentId, name, region: 'eu', provider: 'p', tags: {}, capacityPps: null, keySha256: 'k' },
    ...{ certificateSha256: 'c', notAfter: new Date(Date.now() + 3_600_000).toISOString() },
  };
  await new EventStore(control).execute(AGENT, agentId, () => [{ type: 'AgentEnrolled' as const, data }], {
    metadata: METADATA,
  });
  return agentId;
}

describe('on the machine itself', () => {
  it('lists agents, and changes their state by name or id only with a confirmation', async () => {
    const id = await enrolled('pop-1');
    await expect(run('agents', 'evict', 'pop-1')).rejects.toThrow('pop-1 is active. evict: Revokes its credentials');
    expect(await run('agents', 'list')).toContain(`pop-1  eu  active  enrolled  0 targets  ${id}`);
    bounds = () => Promise.reject(new DependencyUnavailable('Kafka'));
    expect(await run('agents', 'list')).toContain(`pop-1  eu  active  unknown  0 targets  ${id}`);
    for (const [change, ref, state] of [
      ['drain', 'pop-1', 'draining'],
      ['cancel-drain', id, 'active'],
      ['evict', 'pop-1', 'evicted'],
      ['ban', 'pop-1', 'banned'],
      ['unban', 'pop-1', 'evicted'],
    ]) {
      const said = await run('agents', change, ref, '--yes', '--reason', `for ${change}`);
      expect(said).toMatch(new RegExp(`^pop-1 is ${state}\\b`));
    }
    expect(await run('agents', 'list')).toContain('(for unban)');
    const events = await control.query<{ actor: string }>(
      `SELECT metadata ->> 'actor' AS actor FROM event WHERE stream = $1 AND version > 1`,
      [`agent-${id}`],
    );
    expect(events).toHaveLength(5);
    for (const { actor } of events) expect(actor).toMatch(/^cli:/);
  });

  it('lists which agents are outdated, and the minimum version', async () => {
    const id = await enrolled('old-1');
    await control.execute(
      `INSERT INTO assignment_agent (id, name, region, provider, tags, state) VALUES ($1, 'old-1', 'eu', 'p', '{}', 'active')`,
      [id],
    );
    await control.execute(
      `INSERT INTO assignment_agent_outdated (agent_id, version, version_min) VALUES ($1, '1.0.0', '1.2.0')`,
      [id],
    );
    expect(await run('agents', 'list')).toContain(
      `old-1  eu  active  enrolled  0 targets  outdated: the minimum version is 1.2.0  ${id}`,
    );
  });

  it('changes the description of an agent, and states what to correct', async () => {
    const id = await enrolled('set-1');
    expect(await run('agents', 'set', 'set-1', '--capacity', '2000', '--tags', 'site=fra rack=7')).toBe(
      'set-1  eu  p  rack=7 site=fra  capacity 2000 packets/s',
    );
    expect(await run('agents', 'list')).toContain(
      `set-1  eu  active  enrolled  0 targets  at most 2000 packets/s  ${id}`,
    );
    expect(
      await run(
        'agents',
        'set',
        id,
        '--name',
        'set-2',
        '--region',
        'us',
        '--remove-tags',
        'rack',
        '--capacity',
        'none',
      ),
    ).toBe('set-2  us  p  site=fra  no capacity set');
    await expect(run('agents', 'set', 'set-2')).rejects.toThrow('Nothing to change');
    await expect(run('agents', 'set', 'set-2', '--capacity', 'all')).rejects.toThrow('Give whole packets per second');
    await expect(run('agents', 'set', 'set-2', '--tags', 'site')).rejects.toThrow('not key=value');
    await expect(run('agents', 'set', 'set-2', '--capacity', '0')).rejects.toMatchObject({ code: 'invalid' });
  });

  it('drains the agents of a selection one after the other, and stops when no target moves', async () => {
    const ids = [await enrolled('roll-1'), await enrolled('roll-2')];
    for (const id of ids) await control.execute(`UPDATE agent SET tags = '{"site": "roll"}' WHERE id = $1`, [id]);
    const hold = (id: string) =>
      control.execute(
        `INSERT INTO assignment (agent_id, target_key, tier, ip, shard, position) VALUES ($1, 1, 't', '127.0.0.1', 0, 1)`,
        [id],
      );
    for (const id of ids) await hold(id);
    const drain = ['agents', 'drain-all', '--region', 'eu', '--tags', 'site=roll'];
    await expect(run(...drain)).rejects.toThrow('2 agents, 1 at a time: roll-1, roll-2. Add --yes');
    await expect(run(...drain, '--wait', '1', '--yes')).rejects.toThrow('No target moved for 1 s');
    const states = () =>
      control.query<{ state: string }>('SELECT state FROM agent WHERE id = ANY($1::uuid[]) ORDER BY name', [ids]);
    expect(await states()).toEqual([{ state: 'draining' }, { state: 'active' }]);
    await control.execute('DELETE FROM assignment');
    expect((await run(...drain, '--yes')).split('\n')).toEqual(['1 of 2 drained, 1 waiting', '2 of 2 drained']);
    expect(await states()).toEqual([{ state: 'draining' }, { state: 'draining' }]);
    await expect(run('agents', 'drain-all', '--tags', 'site=none', '--yes')).rejects.toThrow(
      'No agent in service matches',
    );
  });

  it('retires an agent that never ran: draining first, or immediately with --force; then its name can be used again', async () => {
    await enrolled('idle');
    expect(await run('agents', 'retire', 'idle', '--yes')).toBe(
      'idle is draining, and is retired once it has no targets',
    );
    expect(await run('agents', 'retire', 'idle', '--force', '--yes')).toBe('idle is retired');
    expect(await run('agents', 'list')).not.toContain('idle');
    expect(await run('agents', 'list', '--retired')).toContain('idle  eu  retired');
    await expect(run('agents', 'drain', 'idle', '--yes')).rejects.toThrow('There is no agent "idle"');
    await enrolled('idle');
    expect(await run('agents', 'list')).toContain('idle  eu  active');
  });

  it('lists enrolment tokens without their secrets, and revokes them', async () => {
    expect(await run('tokens', 'list')).toBe('There are no enrolment tokens.');
    const { id, token, secretHash } = makeToken();
    await control.execute(
      `INSERT INTO enrolment_token (id, secret_hash, agent_name, uses, uses_left, expires_at)
       VALUES ($1, $2, 'pop-2', 1, 1, now() + interval '1 hour')`,
      [id, secretHash],
    );
    const listed = await run('tokens', 'list');
    expect(listed).toContain(`${id}  usable  agent pop-2  1 of 1 left`);
    expect(listed).not.toContain(token.slice(17));
    expect(await run('tokens', 'revoke', id)).toBe(`The token ${id} is revoked.`);
    expect(await run('tokens', 'list')).toContain(`${id}  revoked`);
    await expect(run('tokens', 'revoke', '0'.repeat(12))).rejects.toMatchObject({ code: 'not_found' });
  });
});
