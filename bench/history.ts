import { setTimeout as pause } from 'node:timers/promises';
import type { ControlDatabase } from '@icmp-mon/platform/database';
import { EventFollower, headOf, projectedPosition } from '@icmp-mon/platform/event-store';
import type { TargetVersionPage } from '@icmp-mon/targets/contract';
import { TARGET_VERSIONS } from '@icmp-mon/targets/server';
import type pg from 'pg';
import type { BenchContext, BenchResult } from './bench';
import { p99, type PageReaders, readAll, withPageReaders } from './page-readers';
import { type Round, runPairs } from './pairs';
import { appendHistory, instantsOf, VERSIONS } from './target-lives';

const TARGETS = 100_000;
const TARGETS_QUICK = 10_000;
const INSTANTS = 20;
const INSTANTS_QUICK = 5;
const PAGE = 100;
const PROJECTED_LOOK_MS = 100;

/** Filters, and the equivalent hand-written SQL on plain columns. */
const FILTERS: readonly { filter: string; where: string }[] = [
  { filter: '', where: 'true' },
  { filter: 'site=s017', where: `tags->>'site' = 's017'` },
  {
    filter: 'site IN (s001, s002) AND NOT role=core',
    where: `tags->>'site' IN ('s001', 's002') AND tags->>'role' <> 'core'`,
  },
  { filter: 'tier=fast AND role=edge', where: `tier = 'fast' AND tags->>'role' = 'edge'` },
  { filter: 'name ~ "core-1*"', where: `name LIKE 'core-1%'` },
  { filter: 'ip IN 10.1.0.0/16', where: `target_version.ip BETWEEN '10.1.0.0' AND '10.1.255.255'` },
];

interface Asked {
  path: string;
  filter: string;
  sql: pg.QueryConfig;
}

/**
 * Time to the last byte, 99th percentile, of a page of 100 with the number of all matches, of the inventory as it was at an instant: 100,000
 * targets with five versions each, over HTTP, with API key and JSON, at any instant and filter. The reference is hand-written SQL for the
 * same rows, prepared, through pg. Both sides have two readers in this process. Pages must contain the same versions.
 */
export function run(context: BenchContext): Promise<BenchResult> {
  return withPageReaders(context, (readers) => measure(context, readers));
}

async function measure(context: BenchContext, { control, pool, get }: PageReaders): Promise<BenchResult> {
  const targets = context.quick ? TARGETS_QUICK : TARGETS;
  await appendHistory(control, targets);
  const filledS = await fill(control);
  context.printLine(`history: ${targets * VERSIONS} events projected in ${filledS.toFixed(1)} s`);
  const asked = instantsOf(context.quick ? INSTANTS_QUICK : INSTANTS).flatMap((at) =>
    FILTERS.map((each) => ask(at, each)),
  );
  const timesByFilter = new Map<string, number[]>();
  const result = await runPairs(context, {
    name: 'history',
    unit: 'ms, p99',
    async product(): Promise<Round> {
      const cpu = context.cpu.startMeasuring();
      const bodies: string[] = [];
      const timesMs = await readAll(asked, async ({ path }, at) => void (bodies[at] = await get(path)));
      const cpuSeconds = cpu();
      asked.forEach(({ filter }, at) => timesByFilter.set(filter, [...(timesByFilter.get(filter) ?? []), timesMs[at]]));
      const fault = await firstDifference(asked, bodies, pool);
      return { value: p99(timesMs), cpuSeconds, ...(fault !== null && { fault }) };
    },
    async reference(): Promise<Round> {
      return { value: p99(await readAll(asked, async ({ sql }) => void (await pool.query(sql)))) };
    },
  });
  const byFilter = Object.fromEntries(
    [...timesByFilter].map(([filter, timesMs]) => [filter || 'all', figures(timesMs)]),
  );
  for (const [filter, { p50Ms, p99Ms }] of Object.entries(byFilter)) {
    context.printLine(`history: ${filter}: p50 ${p50Ms} ms, p99 ${p99Ms} ms`);
  }
  return { ...result, targets, versions: VERSIONS, filledS, byFilter };
}

/** Projects the events as the worker does. Returns the seconds that it took. */
async function fill(control: ControlDatabase): Promise<number> {
  const head = await headOf(control);
  const follower = new EventFollower({ database: control, projection: TARGET_VERSIONS });
  const startedMs = performance.now();
  follower.start();
  while ((await projectedPosition(control, TARGET_VERSIONS.name)) < head) await pause(PROJECTED_LOOK_MS);
  const seconds = (performance.now() - startedMs) / 1_000;
  await follower.stop();
  await control.execute('VACUUM ANALYZE target_version');
  return seconds;
}

function ask(at: Date, { filter, where }: (typeof FILTERS)[number]): Asked {
  const query = new URLSearchParams({ at: at.toISOString(), limit: String(PAGE), ...(filter !== '' && { filter }) });
  return {
    path: `/api/v1/targets?${query.toString()}`,
    filter,
    sql: {
      name: filter,
      text: `WITH found AS MATERIALIZED (SELECT key, version, ip FROM target_version WHERE valid @> $1::timestamptz AND ${where})
        SELECT v.*, (SELECT count(*) FROM found) AS total FROM (SELECT * FROM found ORDER BY ip, key LIMIT ${PAGE}) AS page
        JOIN target_version v USING (key, version) ORDER BY v.ip, v.key`,
      values: [at],
    },
  };
}

async function firstDifference(
  asked: readonly Asked[],
  bodies: readonly string[],
  pool: pg.Pool,
): Promise<string | null> {
  for (const [at, { path, sql }] of asked.entries()) {
    const page = JSON.parse(bodies[at]) as TargetVersionPage;
    const { rows } = await pool.query<{ key: number; version: number; total: string }>(sql);
    const found = [page.items.map(({ key, version }) => `${key}/${version}`).join(), page.total];
    const expected = [rows.map(({ key, version }) => `${key}/${version}`).join(), Number(rows[0]?.total ?? 0)];
    if (found.join(' ') !== expected.join(' ')) return `${path} contains other versions`;
  }
  return null;
}

function figures(timesMs: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = [...timesMs].sort((a, b) => a - b);
  return { p50Ms: Math.round(sorted[sorted.length >> 1] * 10) / 10, p99Ms: Math.round(p99(timesMs) * 10) / 10 };
}
