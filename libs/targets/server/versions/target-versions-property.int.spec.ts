import { env } from 'node:process';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { filterPredicate, parseFilter, type TargetFilter, type TargetVersion } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RandomLives, type StateAt, statesAt } from './target-events.test-data';
import { TARGET_VERSIONS } from './target-versions-projection';
import { VERSION_COLUMNS, versionCondition } from './version-table';

/** Number of random histories; `ICMPMON_TEST_HISTORIES=500` tries more of them. */
const HISTORIES = Number(env['ICMPMON_TEST_HISTORIES'] ?? 25);
const SEED = Number(env['ICMPMON_TEST_SEED'] ?? 7_4000);
const EVENTS = 120;
const INSTANTS = 12;
const TIMEOUT_MS = 3_600_000;

let testing: TestDatabase;
let database: ControlDatabase;

beforeAll(async () => {
  testing = await testDatabase('control');
  database = new ControlDatabase({ url: testing.url });
}, TIMEOUT_MS);
afterAll(async () => {
  await database.close();
  await testing.dropDatabase();
});

/** Projects the events in batches of random sizes; some are projected twice, as after a cursor that was set back. */
async function projectAll({ random, events }: RandomLives): Promise<void> {
  for (let done = 0; done < events.length;) {
    const upTo = done + 1 + random.wholeBelow(20);
    const from = Math.max(0, done - (random.wholeBelow(3) === 0 ? random.wholeBelow(15) : 0));
    await database.transaction((sql) => TARGET_VERSIONS.projectEvents(sql, events.slice(from, upTo)));
    done = upTo;
  }
}

function randomFilter({ random }: RandomLives): TargetFilter {
  const parsed = parseFilter(random.filterOf(3));
  if (!parsed.ok) throw new Error(parsed.fault.detail);
  return parsed.filter;
}

async function storedAt(atMs: number, filter: TargetFilter): Promise<TargetVersion[]> {
  const params: unknown[] = [new Date(atMs)];
  const condition = versionCondition(filter, params);
  return database.query<TargetVersion>(
    `SELECT ${VERSION_COLUMNS} FROM target_version WHERE valid @> $1::timestamptz AND ${condition} ORDER BY key`,
    params,
  );
}

/** Returns a function that reads the addresses of targets; a target without a stored version has none that a filter finds. */
async function storedAddresses(): Promise<(ids: readonly string[]) => { ip: string }[]> {
  const rows = await database.query<{ id: string; ip: string }>(
    'SELECT DISTINCT id, host(ip) AS ip FROM target_version',
  );
  const ipOf = new Map(rows.map(({ id, ip }) => [id, ip]));
  return (ids) => ids.map((id) => ({ ip: ipOf.get(id) ?? 'unknown' }));
}

const compared = ({ key, version, ip, vrf, name, tags, tier, paused, parents, notes, owner }: StateAt): StateAt => ({
  ...{ key, version, ip, vrf, name, tags, tier },
  ...{ paused, parents, notes, owner },
});

it(
  'the table and the events agree on which targets matched a filter at any instant',
  { timeout: TIMEOUT_MS },
  async () => {
    let decisions = 0;
    let matched = 0;
    for (let at = 0; at < HISTORIES; at++) {
      const lives = new RandomLives(SEED + at);
      lives.addEvents(EVENTS);
      await database.execute('TRUNCATE target_version');
      await projectAll(lives);
      const ipOf = await storedAddresses();
      for (let instant = 0; instant < INSTANTS; instant++) {
        const atMs = lives.instantMs();
        const filter = randomFilter(lives);
        const isMatch = filterPredicate(filter);
        const states = [...statesAt(lives.events, atMs).values()];
        const expected = states
          .filter((state) =>
            isMatch({
              ...state,
              parents: ipOf(state.parents),
              status: 'up',
              agents: null,
              placement: null,
              maintenance: null,
            }),
          )
          .map(compared);
        expected.sort((a, b) => a.key - b.key);
        expect((await storedAt(atMs, filter)).map(compared), `seed ${SEED + at}, at ${atMs}`).toEqual(expected);
        decisions += states.length;
        matched += expected.length;
      }
      await expectPartition(SEED + at);
    }
    console.info(
      `${HISTORIES} histories of ${EVENTS} events: ${decisions} decisions agree, ${matched} of them matches`,
    );
    expect(matched).toBeGreaterThan(0);
  },
);

/** Versions of a target neither overlap nor leave gaps, and at most the last is open. */
async function expectPartition(seed: number): Promise<void> {
  const faults = await database.query(
    `SELECT key, version FROM (
       SELECT key, version, valid, lead(valid) OVER (PARTITION BY key ORDER BY version) AS next FROM target_version) AS v
     WHERE next IS NOT NULL AND (upper_inf(valid) OR upper(valid) <> lower(next))`,
  );
  expect(faults, `seed ${seed}`).toEqual([]);
}
