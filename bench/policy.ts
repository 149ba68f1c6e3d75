import { setTimeout as pause } from 'node:timers/promises';
import type { PlacementCounts, TierPreview } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import type { TierPolicyRequest, TierView } from '@icmp-mon/tiers/contract';
import type { BenchContext, BenchResult } from './bench';
import type { DeltaReader } from './delta-reader';
import { assigned, enrolReaders } from './deltas';
import { Inventory, pingPolicy } from './inventory';
import { secondsSince } from './pairs';

const AGENTS = 100;
const LOOK_MS = 500;
const ASSIGNED_WITHIN_MS = 300_000;
const APPLIED_WITHIN_MS = 300_000;
const SHOWN_AGENTS = 10;
const TIER = 'policy';
const INTERVAL_S = 30;
/** The change: from any three agents to three of six of the eight regions, in three regions and of two providers. */
const REGIONS = Array.from({ length: 6 }, (_, at) => `region-${at}`);
const DIVERSITY = { minRegions: 3, minProviders: 2 };

type Selections = Map<number, string[]>;

interface Move {
  agent: string;
  before: number;
  after: number;
  gained: number;
  lost: number;
}

/**
 * Changes the policy of the tier of all targets, with 100 simulated agents that long-poll and report as agents do. Prints the preview and its
 * time; then applies the policy, and prints the time until all shards and all agents have the new assignments, and what moved per agent.
 * Sound if what happened equals the preview: moved targets, targets per agent, and unplaced targets by reason.
 */
export async function runPolicy(context: BenchContext, { targets }: { targets: number }): Promise<BenchResult> {
  const { printLine } = context;
  const product = await context.startProduct({ apps: ['gateway', 'api', 'worker'] });
  const control = new ControlDatabase({ url: product.access.controlDatabaseUrl, poolMax: 2 });
  const inventory = new Inventory(product.access.controlDatabaseUrl);
  const readers = await enrolReaders(product, AGENTS);
  try {
    await inventory.defineTier(TIER, pingPolicy(INTERVAL_S, 'distributed', 3));
    await inventory.register(targets, TIER);
    const pairs = await assigned(control, readers, targets, ASSIGNED_WITHIN_MS);
    printLine(`policy: ${pairs} pairs of targets and ${AGENTS} agents are assigned`);
    const before = await selectionsOf(control);
    const policy = changed(await product.callApi<TierView>('GET', `tiers/${TIER}`));
    const previewMs = performance.now();
    const preview = await product.callApi<TierPreview>('POST', `tiers/${TIER}/preview`, policy);
    const previewS = secondsSince(previewMs);
    printLine(`policy: preview of ${preview.targets} targets after ${previewS} s:`);
    for (const sentence of preview.sentences) printLine(`policy:   ${sentence}`);
    const startedMs = performance.now();
    await product.callApi('PUT', `tiers/${TIER}`, policy);
    const answeredMs = performance.now();
    printLine(`policy: PUT answered after ${secondsSince(startedMs)} s`);
    const times = await applied(control, readers, preview, answeredMs);
    printLine(`policy: all shards have it after ${times.shardsS} s, all agents after ${times.agentsS} s`);
    const after = await selectionsOf(control);
    const moves = movesOf(before, after, preview);
    printMoves(context, moves);
    const placement = await product.callApi<PlacementCounts>('GET', 'placement');
    const faults = faultsOf(preview, { before, after, moves, placement, readers });
    for (const fault of faults) printLine(`policy: FAULT: ${fault}`);
    const none = { ratio: 1, min: 1, max: 1, pairs: [], cpuSeconds: {} };
    const { moved, sentences } = preview;
    return { name: 'policy', ...none, targets, moved, sentences, previewS, ...times, sound: faults.length === 0 };
  } finally {
    await Promise.all(readers.map((reader) => reader.stop()));
    await inventory.close();
    await control.close();
  }
}

function changed({
  agentSelection,
  checks,
  probeIntervalMs,
  probeTimeoutMs,
  verdictRule,
}: TierView): TierPolicyRequest {
  return {
    ...{ probeIntervalMs, probeTimeoutMs, checks, verdictRule },
    agentSelection: { ...agentSelection, regions: REGIONS, diversity: DIVERSITY },
  };
}

/** Returns the selected agents of each target, sorted. */
async function selectionsOf(control: ControlDatabase): Promise<Selections> {
  const rows = await control.query<{ key: number; selected: string[] | null }>(
    'SELECT key::integer AS key, selected::text[] AS selected FROM assignment_target ORDER BY key',
  );
  return new Map(rows.map(({ key, selected }) => [key, [...(selected ?? [])].sort()]));
}

/** Waits until the feed is published to the shards, and until each agent has as many targets as the preview shows. */
async function applied(
  control: ControlDatabase,
  readers: readonly DeltaReader[],
  preview: TierPreview,
  answeredMs: number,
): Promise<{ shardsS: number; agentsS: number }> {
  const expected = new Map(preview.agents.map(({ id, targetsAfter }) => [id, targetsAfter]));
  let shardsS: number | undefined;
  for (;;) {
    const [feed] = await control.query<{ others: number; published: boolean }>(
      `SELECT (SELECT count(*) FROM jsonb_each_text($1::jsonb) AS wanted (id, targets) LEFT JOIN (
           SELECT agent_id::text AS id, count(*) AS targets FROM assignment GROUP BY agent_id) AS found USING (id)
         WHERE coalesce(found.targets, 0) <> wanted.targets::integer) AS others,
         (SELECT published FROM shard_feed_state) >= (SELECT coalesce(max(position), 0) FROM assignment) AS published`,
      [JSON.stringify(Object.fromEntries(expected))],
    );
    if (feed.published && feed.others === 0) shardsS ??= secondsSince(answeredMs);
    const waiting = readers.filter(({ agentId, keys }) => keys.size !== expected.get(agentId));
    if (shardsS !== undefined && waiting.length === 0) return { shardsS, agentsS: secondsSince(answeredMs) };
    if (performance.now() - answeredMs > APPLIED_WITHIN_MS) {
      const state = `${feed.others} agents have other numbers of targets assigned, ${waiting.length} have received others, published: ${feed.published}`;
      throw new Error(`The change did not come to rest as the preview shows: ${state}.`);
    }
    await pause(LOOK_MS);
  }
}

function movesOf(before: Selections, after: Selections, { agents }: TierPreview): Move[] {
  const moves = new Map(
    agents.map(({ id, name }): [string, Move] => [id, { agent: name, before: 0, after: 0, gained: 0, lost: 0 }]),
  );
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [had, has] = [new Set(before.get(key)), new Set(after.get(key))];
    for (const id of new Set([...had, ...has])) {
      const move = moves.get(id);
      if (move === undefined) throw new Error(`The preview does not list the agent ${id}.`);
      if (had.has(id)) move.before += 1;
      if (has.has(id)) move.after += 1;
      if (!had.has(id)) move.gained += 1;
      if (!has.has(id)) move.lost += 1;
    }
  }
  return [...moves.values()];
}

function printMoves({ printLine }: BenchContext, moves: readonly Move[]): void {
  const sorted = [...moves].sort((a, b) => b.gained + b.lost - a.gained - a.lost);
  for (const { agent, before, after, gained, lost } of sorted.slice(0, SHOWN_AGENTS)) {
    printLine(`policy:   ${agent}: ${before} targets, then ${after}: ${gained} gained, ${lost} lost`);
  }
  const sum = (of: 'gained' | 'lost'): number => moves.reduce((total, move) => total + move[of], 0);
  printLine(`policy: all ${moves.length} agents: ${sum('gained')} gained, ${sum('lost')} lost`);
}

/** Returns in what the result differs from the preview, and agents from what is assigned to them. */
function faultsOf(
  preview: TierPreview,
  found: {
    before: Selections;
    after: Selections;
    moves: readonly Move[];
    placement: PlacementCounts;
    readers: readonly DeltaReader[];
  },
): string[] {
  const { before, after, moves, placement, readers } = found;
  const faults: string[] = [];
  const expect = (what: string, actual: unknown, previewed: unknown): void => {
    if (actual !== previewed) faults.push(`${what}: ${String(actual)}, the preview shows ${String(previewed)}`);
  };
  const moved = [...after].filter(([key, selected]) => selected.join() !== before.get(key)?.join()).length;
  expect('moved targets', moved, preview.moved);
  for (const [at, { name, targetsBefore, targetsAfter }] of preview.agents.entries()) {
    expect(`targets of ${name} before`, moves[at].before, targetsBefore);
    expect(`targets of ${name} after`, moves[at].after, targetsAfter);
  }
  const reasons = (items: readonly { reason: string; count: number }[]): string =>
    items
      .map(({ reason, count }) => `${reason} ${count}`)
      .sort()
      .join(', ');
  expect('unplaced', reasons(placement.items.filter(({ tier }) => tier === TIER)), reasons(preview.unplaced));
  const wanted = new Map(readers.map(({ agentId }) => [agentId, 0]));
  for (const selected of after.values()) for (const id of selected) wanted.set(id, (wanted.get(id) ?? 0) + 1);
  const others = readers.filter(
    ({ agentId, keys }) =>
      keys.size !== wanted.get(agentId) || [...keys.keys()].some((key) => !after.get(key)?.includes(agentId)),
  );
  if (others.length > 0) faults.push(`${others.length} agents have other targets than are assigned to them`);
  return faults;
}
