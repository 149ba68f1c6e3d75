import type { TierPreview } from '@icmp-mon/assignment/contract';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PREVIEWS_MAX, ReadTierPreview, ReadTierPreviewHandler } from './read-tier-preview';

const TARGETS = 10_000;
const AGENTS = 10;
const { standard } = BUILT_IN_TIERS;

describe('the preview of a tier with many targets', () => {
  let testDb: TestDatabase;
  let database: ControlDatabase;
  let handler: ReadTierPreviewHandler;

  beforeAll(async () => {
    testDb = await testDatabase('control');
    database = new ControlDatabase({ url: testDb.url });
    handler = new ReadTierPreviewHandler(database);
    await database.execute(`INSERT INTO assignment_tier (name, policy, position) VALUES ('standard', $1::jsonb, 1)`, [
      JSON.stringify(standard),
    ]);
    await database.execute(
      `INSERT INTO assignment_agent (id, name, region, provider, tags, state, capacity_pps)
       SELECT gen_random_uuid(), 'a' || n, 'eu', '', '{}', 'active', 200 FROM generate_series(1, ${AGENTS}) AS n`,
    );
    await database.execute(
      `INSERT INTO assignment_target (key, target_id, ip, vrf, tier, registered_at)
       SELECT n, gen_random_uuid(), host('10.0.0.0'::inet + n), 'default', 'standard', now()
       FROM generate_series(1, ${TARGETS}) AS n`,
    );
  });

  afterAll(async () => {
    await database.close();
    await testDb.dropDatabase();
  });

  const preview = (): Promise<TierPreview> =>
    handler.execute(new ReadTierPreview('standard', { ...standard, probeIntervalMs: 30_000 }));

  it('lets the process answer other requests while it is computed', async () => {
    let turns = 0;
    let isDone = false;
    const countTurns = (): void => {
      turns += 1;
      if (!isDone) setImmediate(countTurns);
    };
    setImmediate(countTurns);
    const { targets } = await preview();
    isDone = true;
    expect(targets).toBe(TARGETS);
    // Two solutions and one comparison, in steps of 500 targets.
    expect(turns).toBeGreaterThan((3 * TARGETS) / 500);
  });

  it('is refused while too many are being computed, and the others are answered', async () => {
    const given = Array.from({ length: PREVIEWS_MAX }, preview);
    await expect(preview()).rejects.toMatchObject({ code: 'too_many_requests' });
    const [first, ...others] = await Promise.all(given);
    for (const other of others) expect(other).toEqual(first);
    expect(await preview()).toEqual(first);
  });
});
