import { ControlDatabase } from '@icmp-mon/platform/database';
import type { ProjectedEvent } from '@icmp-mon/platform/event-store';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { BUILT_IN_TIERS, type TierEvent } from '@icmp-mon/tiers/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TIER_VERSIONS } from './tier-versions-projection';

let testing: TestDatabase;
let database: ControlDatabase;

beforeAll(async () => {
  testing = await testDatabase('control');
  database = new ControlDatabase({ url: testing.url });
});
beforeEach(() => database.execute('TRUNCATE tier_version'));
afterAll(async () => {
  await database.close();
  await testing.dropDatabase();
});

const eventAt = (second: number, version: number, { type, data }: TierEvent): ProjectedEvent<TierEvent> => ({
  ...{ position: version, stream: 'tier-gold', version, type, data },
  occurredAt: new Date(Date.UTC(2026, 9, 25, 0, 0, second)).toISOString(),
});
const defined = (probeTimeoutMs: number): TierEvent => ({
  type: 'TierDefined',
  data: { name: 'gold', builtIn: false, policy: { ...BUILT_IN_TIERS.fast, probeTimeoutMs } },
});
const starting: TierEvent = { type: 'TierRemovalStarted', data: { name: 'gold', successor: 'fast' } };
const removed: TierEvent = { type: 'TierRemoved', data: { name: 'gold' } };

const project = (events: ProjectedEvent<TierEvent>[]): Promise<void> =>
  database.transaction((sql) => TIER_VERSIONS.projectEvents(sql, events));

/** Returns the timeout at each second from 0 to 9; null while the tier does not exist. */
async function timeouts(): Promise<(number | null)[]> {
  const rows = await database.query<{ timeout: number | null }>(
    `SELECT (policy->>'probeTimeoutMs')::integer AS timeout FROM generate_series(0, 9) AS second
     LEFT JOIN tier_version ON valid @> timestamptz '2026-10-25T00:00:00Z' + second * interval '1 second' ORDER BY second`,
  );
  return rows.map(({ timeout }) => timeout);
}

describe('the history of a tier', () => {
  it('has each policy from its definition to the next one or the removal, also when events come twice', async () => {
    const events = [
      eventAt(1, 1, defined(100)),
      eventAt(3, 2, defined(200)),
      eventAt(4, 3, starting),
      eventAt(6, 4, removed),
      eventAt(8, 5, defined(300)),
    ];
    const expected = [null, 100, 100, 200, 200, 200, null, null, 300, 300];
    await project(events.slice(0, 3));
    await project(events);
    await project(events);
    expect(await timeouts()).toEqual(expected);
  });

  it('keeps the last of simultaneous policies, also when the clock goes back', async () => {
    await project([eventAt(4, 1, defined(100)), eventAt(4, 2, defined(200)), eventAt(2, 3, defined(300))]);
    expect(await timeouts()).toEqual([null, null, null, null, 300, 300, 300, 300, 300, 300]);
    await project([eventAt(3, 4, removed), eventAt(7, 5, defined(400))]);
    expect(await timeouts()).toEqual([null, null, null, null, null, null, null, 400, 400, 400]);
  });
});
