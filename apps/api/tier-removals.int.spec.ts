import { createLogger } from '@icmp-mon/platform/ops';
import type { TargetView } from '@icmp-mon/targets/contract';
import { MoveTargets } from '@icmp-mon/targets/server';
import type { TierVersionView, TierView } from '@icmp-mon/tiers/contract';
import { completeRemovals } from '@icmp-mon/tiers/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;
let next = 0;

const POLICY = {
  ...{ probeIntervalMs: 10_000, probeTimeoutMs: 500, checks: [{ type: 'icmp_ping', expect: 'reachable' }] },
  agentSelection: { strategy: 'all' },
  verdictRule: { missesToFail: 2, successesToRecover: 1, quorum: 'majority' },
};

const ask = async (method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> => {
  const response = await api.sendJson(method, `/api/v1${path}`, body);
  return { status: response.status, body: await response.json() };
};
const createTier = (name: string) => ask('POST', '/tiers', { name, ...POLICY });
const register = (tier: string) => ask('POST', '/targets', { ip: `198.51.100.${++next}`, tier });
const tierNames = async (): Promise<string[]> =>
  ((await ask('GET', '/tiers')).body as { items: TierView[] }).items.map(({ name }) => name);
const complete = (signal = new AbortController().signal, targets = new MoveTargets(api.control)) =>
  completeRemovals(api.control, targets, { signal, logger: createLogger('test') });

/** Stops, as by a crash, after two targets were moved. */
class CrashingMove extends MoveTargets {
  override async moveTargets(move: Parameters<MoveTargets['moveTargets']>[0]): Promise<number> {
    await super.moveTargets({ ...move, atMost: 2 });
    throw new Error('crash');
  }
}

describe('the removal of a tier with targets', () => {
  beforeAll(async () => {
    api = await startTestApi();
    await createTier('old');
    for (let made = 0; made < 5; made++) expect((await register('old')).status).toBe(201);
  }, 60_000);
  afterAll(() => api.stop());

  it('is refused without a successor, with the number of targets', async () => {
    expect(await ask('DELETE', '/tiers/old')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('5 targets are in the tier "old". Name the tier') as string },
    });
  });

  it.each(['none', 'old'])('is refused with the successor "%s"', async (successor) => {
    expect(await ask('DELETE', `/tiers/old?successor=${successor}`)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '?successor' }] },
    });
  });

  it('moves its targets to the successor, refuses new ones, and survives a crash in the middle', async () => {
    await createTier('new');
    expect(await ask('DELETE', '/tiers/old?successor=new')).toEqual({
      status: 200,
      body: { name: 'old', state: 'removing', successor: 'new', targetCount: 5 },
    });
    expect((await ask('GET', '/tiers/old')).body).toMatchObject({ successor: 'new', version: 2 });
    expect((await ask('PUT', '/tiers/old', POLICY)).status).toBe(409);
    expect((await ask('DELETE', '/tiers/new')).status).toBe(409);
    expect((await ask('DELETE', '/tiers/new?successor=fast')).status).toBe(409);
    expect(await register('old')).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/tier' }] } });
    const other = (await register('fast')).body as TargetView;
    expect((await ask('PATCH', `/targets/${other.id}`, { tier: 'old' })).status).toBe(400);
    // A target may be changed in other ways while it waits to be moved.
    expect((await ask('PATCH', '/targets/198.51.100.5', { name: 'edge' })).status).toBe(200);
    expect(await ask('PUT', '/targets/198.51.100.5', { name: 'edge', tier: 'old' })).toMatchObject({
      status: 200,
      body: { version: 2, tier: 'old' },
    });
    expect(await ask('PUT', `/targets/${other.id}`, { tier: 'old' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/tier', detail: expect.stringContaining('is being removed') as string }] },
    });

    await expect(complete(undefined, new CrashingMove(api.control))).rejects.toThrow('crash');
    expect((await ask('GET', '/tiers/old')).body).toMatchObject({ targetCount: 3 });
    const stopped = new AbortController();
    stopped.abort();
    expect(await complete(stopped.signal)).toBe(0);
    expect(await complete()).toBe(4);
    expect(await tierNames()).toEqual(['fast', 'new', 'standard']);
    const moved = (await ask('GET', '/targets?tier=new')).body as { items: TargetView[] };
    expect(moved.items.map(({ version }) => version)).toEqual([2, 2, 2, 2, 3]);
    expect(await complete()).toBe(0);
  });

  it('is one cause of all its events, by the user who asked for it', async () => {
    const { items } = (await ask('GET', '/tiers/old/versions')).body as { items: TierVersionView[] };
    expect(items.map(({ change }) => change)).toEqual(['removed', 'removal-started', 'defined']);
    expect(items[0].by).toBe(items[1].by);
    const [{ events, causes }] = await api.control.query<{ events: number; causes: number }>(
      `SELECT count(*)::float8 AS events, count(DISTINCT metadata->>'correlationId')::float8 AS causes FROM event
       WHERE metadata->>'causationId' = (SELECT id::text FROM event WHERE type = 'TierRemovalStarted')`,
    );
    expect({ events, causes }).toEqual({ events: 6, causes: 1 });
  });

  it('misses no target that is registered at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const name = `race-${round}`;
      await createTier(name);
      await register(name);
      const outcomes = await Promise.all([
        register(name),
        register(name),
        ask('DELETE', `/tiers/${name}?successor=new`),
        register(name),
        register(name),
      ]);
      for (const { status } of outcomes) expect([200, 201, 400]).toContain(status);
      await complete();
      expect(await tierNames()).not.toContain(name);
      const [{ left }] = await api.control.query<{ left: number }>(
        'SELECT count(*)::float8 AS left FROM target_list WHERE tier = $1',
        [name],
      );
      expect(left).toBe(0);
    }
  });

  it('without targets is immediate also with a successor', async () => {
    await createTier('unused');
    expect(await ask('DELETE', '/tiers/unused?successor=none')).toMatchObject({ status: 400 });
    expect((await ask('DELETE', '/tiers/unused?successor=new')).body).toMatchObject({
      state: 'removed',
      successor: 'new',
    });
    expect(await tierNames()).not.toContain('unused');
  });

  it('without targets is immediate, also while a target is registered', async () => {
    for (let round = 0; round < 10; round++) {
      const name = `empty-${round}`;
      await createTier(name);
      const [removal, registration] = await Promise.all([ask('DELETE', `/tiers/${name}`), register(name)]);
      expect([
        [200, 400],
        [409, 201],
      ]).toContainEqual([removal.status, registration.status]);
    }
  });
});
