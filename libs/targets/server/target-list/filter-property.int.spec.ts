import { env } from 'node:process';
import { AgentTargets, targetPlacement, TargetPlacements } from '@icmp-mon/assignment/contract';
import { type TargetMaintenance, TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { Judged } from '@icmp-mon/status/contract';
import {
  type FilteredTarget,
  filterPredicate,
  filterText,
  parseFilter,
  type TargetFilter,
} from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { filterCondition } from './filter-condition';
import { RandomFilters } from './random-filters.test-data';
import { type TargetRow, targetView, VIEW_COLUMNS } from './target-row';

/** Number of random filters; `ICMPMON_TEST_FILTERS=100000` tries more of them. */
const FILTERS = Number(env['ICMPMON_TEST_FILTERS'] ?? 3_000);
const SEED = Number(env['ICMPMON_TEST_SEED'] ?? 20_261);
const TARGETS = 300;
const FILTERS_PER_STATEMENT = 20;
const TIMEOUT_MS = 3_600_000;

/** Agents of targets in a table of the test. */
class TestAgentTargets extends AgentTargets {
  override selectKeys(nameCondition: (column: string) => string): string {
    return `SELECT key FROM test_agent_target WHERE ${nameCondition('agent')}`;
  }
}

/** Placements of targets in a table of the test. */
class TestPlacements extends TargetPlacements {
  override byKeys(): never {
    throw new Error('A condition reads no placements.');
  }

  override selectKeys(reasons: string): string {
    return `SELECT key FROM test_placement WHERE reason = ANY (${reasons})`;
  }
}

/** Every third target is in maintenance. */
class TestMaintenance extends TargetsInMaintenance {
  override byKeys(): never {
    throw new Error('A condition reads no maintenance.');
  }

  override selectKeys(): string {
    return 'SELECT key FROM target_list WHERE key % 3 = 0';
  }
}

const MARK: TargetMaintenance = {
  ...{ occurrence: 'w@2027-01-05', until: '2027-01-05T03:00:00.000Z', kind: 'window', title: 'Line cards', by: null },
};
const AT_MS = Date.parse('2026-11-18T11:00:00Z');
const JUDGED = [
  new Judged([AT_MS, AT_MS]),
  new Judged([AT_MS, AT_MS], [{ tiers: ['gold', 'Gold'], shards: [0] }], 'part'),
] as const;

const random = new RandomFilters(SEED);
const targets = Array.from({ length: TARGETS }, (_, at) => random.targetOf(at + 1));
let testing: TestDatabase;
let database: ControlDatabase;
let rows: TargetRow[];

beforeAll(async () => {
  testing = await testDatabase('control');
  database = new ControlDatabase({ url: testing.url });
  const ids = new Map(targets.map(({ key }) => [key, newId()]));
  const stored = targets.map((target) => ({
    ...target,
    id: ids.get(target.key),
    parents: target.parents.map((key) => ids.get(key)),
  }));
  await database.execute(
    `INSERT INTO target_list (key, id, ip, vrf, name, tags, tier, version, registered_at, status, reason, owner, paused, parents)
     SELECT key, id, ip, vrf, name, tags, tier, 1, now(), status, reason, owner, paused, parents FROM jsonb_to_recordset($1::jsonb) AS t
       (key integer, id uuid, ip inet, vrf text, name text, tags jsonb, tier text, status text, reason text,
       owner text, paused boolean, parents uuid[])
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(stored)],
  );
  await database.execute(
    `CREATE TABLE test_agent_target AS SELECT key, agent FROM jsonb_to_recordset('${JSON.stringify(
      targets.map(({ key, agents }) => ({ key, agents })),
    )}'::jsonb) AS t (key integer, agents text[]), unnest(agents) AS agent`,
  );
  await database.execute(
    `CREATE TABLE test_placement AS SELECT key, reason FROM jsonb_to_recordset('${JSON.stringify(
      targets.map(({ key, shortfall }) => ({ key, reason: shortfall })),
    )}'::jsonb) AS t (key integer, reason text) WHERE reason IS NOT NULL`,
  );
  rows = await database.query<TargetRow>(`SELECT ${VIEW_COLUMNS} FROM target_list`);
}, TIMEOUT_MS);
afterAll(async () => {
  await database.close();
  await testing.dropDatabase();
});

function parsed(text: string): TargetFilter {
  const result = parseFilter(text);
  if (!result.ok) throw new Error(`${text}: ${result.fault.detail}`);
  return result.filter;
}

function randomFilter(): TargetFilter {
  const text = random.filterOf(4);
  const filter = parsed(text);
  expect(parsed(filterText(filter)), text).toEqual(filter);
  return filter;
}

/** Returns by key whether each filter's condition is true; null would be a fault. */
async function selectedBy(
  filters: readonly TargetFilter[],
  judged: Judged,
): Promise<{ found: Map<number, (boolean | null)[]>; statement: string }> {
  const params: unknown[] = [];
  const context = {
    ...{ judged, agentTargets: new TestAgentTargets() },
    ...{ placements: new TestPlacements(), maintenance: new TestMaintenance() },
  };
  const conditions = filters.map((filter) => filterCondition(filter, params, context));
  const statement = `SELECT key, ARRAY[${conditions.join(',\n')}] AS selected FROM target_list`;
  const found = await database.query<{ key: number; selected: (boolean | null)[] }>(statement, params);
  return { found: new Map(found.map(({ key, selected }) => [key, selected])), statement };
}

it('SQL and predicate select the same targets', { timeout: TIMEOUT_MS }, async () => {
  const byKey = new Map(targets.map((target) => [target.key, target]));
  const views = JUDGED.map((judged) =>
    rows.map((row): { key: number; view: FilteredTarget } => {
      const { agents = [], shortfall: reason = null } = byKey.get(row.key) ?? {};
      const placement = reason === null ? undefined : targetPlacement({ reason, wanted: 2, placed: 1 });
      const marked = row.key % 3 === 0 ? MARK : undefined;
      return { key: row.key, view: { ...targetView(row, judged, placement, marked), agents } };
    }),
  );
  let matched = 0;
  let partial = 0;
  for (let done = 0; done < FILTERS; done += FILTERS_PER_STATEMENT) {
    const filters = Array.from({ length: FILTERS_PER_STATEMENT }, randomFilter);
    const side = random.wholeBelow(2);
    const { found, statement } = await selectedBy(filters, JUDGED[side]);
    for (const [at, filter] of filters.entries()) {
      const isMatch = filterPredicate(filter);
      const expected = views[side].map(({ key, view }) => ({ key, view, isMatch: isMatch(view) }));
      const differing = expected.filter(({ key, isMatch }) => found.get(key)?.[at] !== isMatch);
      if (differing.length > 0) expect(differing, `${filterText(filter)}\n${statement}`).toEqual([]);
      const matches = expected.filter(({ isMatch }) => isMatch).length;
      matched += matches;
      if (matches > 0 && matches < rows.length) partial++;
    }
  }
  console.info(
    `${FILTERS} random filters (seed ${SEED}) on ${rows.length} targets: ${FILTERS * rows.length} decisions agree, ` +
      `${matched} of them matches; ${partial} filters match some targets and not others`,
  );
  expect(partial).toBeGreaterThan(FILTERS / 2);
});
