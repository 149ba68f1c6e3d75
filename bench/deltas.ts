import { setTimeout as pause } from 'node:timers/promises';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { TestAgent } from '@icmp-mon/probing/agent/testing';
import type { TargetView } from '@icmp-mon/targets/contract';
import type { BenchContext, BenchResult } from './bench';
import { DeltaReader, type Receipt } from './delta-reader';
import { AGENTS_PER_TOKEN } from './fleet/messages';
import { addressOf, Inventory, type InventoryTarget } from './inventory';
import { p99 } from './page-readers';
import { rounded } from './pairs';
import { enrolmentOf } from './pipeline';
import type { BenchProduct } from './product';

const AGENTS = 100;
const TARGETS = 10_000;
const CHANGES = 1_000;
const [AGENTS_QUICK, TARGETS_QUICK, CHANGES_QUICK] = [10, 500, 90];
const CHANGES_PER_S = 10;
/** Agents are to receive a change within this time. */
const WITHIN_MS = 2_000;
const ASSIGNED_WITHIN_MS = 120_000;
const RECEIVED_WITHIN_MS = 30_000;
const LOOK_MS = 500;
const LOOKS_UNCHANGED = 6;

const KINDS = ['registration', 'tier', 'removal'] as const;
type Kind = (typeof KINDS)[number];

interface Change {
  kind: Kind;
  key: number;
  /** Time of the API's response, as `performance.now()`. */
  answeredMs: number;
}

/**
 * Time from the API's response to a change until each concerned agent has received it: 1,000 changes at 10 per second (registrations, other
 * tiers, removals), 10,000 targets, 100 enrolled agents that long-poll and report as agents do, and all apps of the product but the agent.
 * Every concerned agent must receive every change. The ratio is the 99th percentile divided by two seconds.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const [agents, targets, count] = context.quick
    ? [AGENTS_QUICK, TARGETS_QUICK, CHANGES_QUICK]
    : [AGENTS, TARGETS, CHANGES];
  const product = await context.startProduct({ apps: ['gateway', 'api', 'projector', 'worker'] });
  const control = new ControlDatabase({ url: product.access.controlDatabaseUrl, poolMax: 2 });
  const inventory = new Inventory(product.access.controlDatabaseUrl);
  const readers = await enrolReaders(product, agents);
  try {
    const registered = await inventory.register(targets, 'standard');
    const pairs = await assigned(control, readers, targets);
    context.printLine(`deltas: ${pairs} pairs of ${targets} targets and ${agents} agents are assigned`);
    const changes = await makeChanges(product, registered, count);
    const missing = await received(control, readers, changes);
    return report(context, changes, readers, missing);
  } finally {
    await Promise.all(readers.map((reader) => reader.stop()));
    await inventory.close();
    await control.close();
  }
}

/** Enrols agents in eight regions and five providers, which then follow their assignments. */
export async function enrolReaders(product: BenchProduct, agents: number): Promise<DeltaReader[]> {
  const { tokens, caPem, enrolUrl } = await enrolmentOf(product, agents);
  const readers: DeltaReader[] = [];
  for (let at = 0; at < agents; at++) {
    const place = { name: `delta-${at + 1}`, region: `region-${at % 8}`, provider: `provider-${at % 5}` };
    const token = tokens[Math.floor(at / AGENTS_PER_TOKEN)];
    const reader = new DeltaReader(await TestAgent.enrolAgent({ enrolUrl, caPem, token, ...place }));
    reader.start();
    readers.push(reader);
  }
  return readers;
}

/**
 * Waits until the agents have what is assigned to them, at least one pair per target, and no pair moves for three seconds. Returns the number
 * of pairs.
 */
export async function assigned(
  control: ControlDatabase,
  readers: readonly DeltaReader[],
  targets: number,
  withinMs = ASSIGNED_WITHIN_MS,
): Promise<number> {
  const deadlineMs = performance.now() + withinMs;
  let last = '';
  for (let unchanged = 0; unchanged < LOOKS_UNCHANGED;) {
    if (performance.now() > deadlineMs) throw new Error('The assignment did not come to rest.');
    await pause(LOOK_MS);
    const [{ pairs, position }] = await control.query<{ pairs: number; position: number }>(
      'SELECT count(*) AS pairs, coalesce(max(position), 0) AS position FROM assignment',
    );
    const held = readers.reduce((sum, { keys }) => sum + keys.size, 0);
    const state = `${pairs} ${position}`;
    unchanged = pairs >= targets && pairs === held && state === last ? unchanged + 1 : 0;
    last = state;
  }
  return readers.reduce((sum, { keys }) => sum + keys.size, 0);
}

/** Makes the changes at a constant rate, each for another target, whether earlier ones are answered or not. */
async function makeChanges(
  product: BenchProduct,
  registered: readonly InventoryTarget[],
  count: number,
): Promise<Change[]> {
  const startMs = performance.now();
  const changes: Promise<Change>[] = [];
  for (let at = 0; at < count; at++) {
    await pause(Math.max(0, startMs + (at * 1_000) / CHANGES_PER_S - performance.now()));
    changes.push(makeChange(product, KINDS[at % KINDS.length], registered[at], addressOf(registered.length + at)));
  }
  return Promise.all(changes);
}

async function makeChange(product: BenchProduct, kind: Kind, target: InventoryTarget, ip: string): Promise<Change> {
  let { key } = target;
  if (kind === 'registration') {
    ({ key } = await product.callApi<TargetView>('POST', 'targets', { ip, tier: 'standard' }));
  } else if (kind === 'tier') await product.callApi('PATCH', `targets/${target.id}`, { tier: 'fast' });
  else await product.callApi('DELETE', `targets/${target.id}`);
  return { kind, key, answeredMs: performance.now() };
}

/** Waits until each agent has received the changes of its targets; returns the missing ones. */
async function received(
  control: ControlDatabase,
  readers: readonly DeltaReader[],
  changes: readonly Change[],
): Promise<string[]> {
  const kinds = new Map(changes.map(({ key, kind }) => [key, kind]));
  const deadlineMs = performance.now() + RECEIVED_WITHIN_MS;
  for (;;) {
    const pairs = await control.query<{ agent: string; key: number; tier: string }>(
      'SELECT agent_id::text AS agent, target_key AS key, tier FROM assignment WHERE target_key = ANY($1::bigint[])',
      [changes.map(({ key }) => key)],
    );
    const wanted = new Map(pairs.map(({ agent, key, tier }) => [`${agent} ${key}`, tier]));
    const missing: string[] = [];
    for (const { agentId, keys } of readers) {
      for (const [key, kind] of kinds) {
        const tier = wanted.get(`${agentId} ${key}`);
        if (keys.get(key) !== tier) missing.push(`${kind} of target ${key} at ${agentId}`);
      }
    }
    const seen = new Set(readers.flatMap(({ receipts }) => receipts.map(({ key }) => key)));
    missing.push(...changes.filter(({ key }) => !seen.has(key)).map(({ kind, key }) => `${kind} of target ${key}`));
    if (missing.length === 0 || performance.now() > deadlineMs) return missing;
    await pause(LOOK_MS);
  }
}

function report(
  { printLine }: BenchContext,
  changes: readonly Change[],
  readers: readonly DeltaReader[],
  missing: readonly string[],
): BenchResult {
  const byKey = new Map(changes.map((change) => [change.key, change]));
  // An agent may have a change before the API has answered.
  const delayOf = ({ key, atMs }: Receipt): number => Math.max(0, atMs - (byKey.get(key)?.answeredMs ?? 0));
  const ofChanges = readers.flatMap(({ receipts }) =>
    // Receipts of the initial assignment do not count.
    receipts.filter(({ key, tier }) => {
      const kind = byKey.get(key)?.kind;
      return (
        kind === 'registration' || (kind === 'tier' && tier !== 'standard') || (kind === 'removal' && tier === null)
      );
    }),
  );
  const figures = Object.fromEntries(
    ['all', ...KINDS].map((kind) => {
      const delays = ofChanges.filter(({ key }) => kind === 'all' || byKey.get(key)?.kind === kind).map(delayOf);
      return [kind, figuresOf(delays)];
    }),
  );
  for (const [kind, { receipts, p50Ms, p99Ms, maxMs }] of Object.entries(figures)) {
    printLine(`deltas: ${kind}: ${receipts} receipts, p50 ${p50Ms} ms, p99 ${p99Ms} ms, max ${maxMs} ms`);
  }
  for (const fault of missing.slice(0, 10)) printLine(`deltas: FAULT: not received: ${fault}`);
  const ratio = missing.length > 0 ? 0 : rounded(figures['all'].p99Ms / WITHIN_MS);
  return { name: 'deltas', ratio, min: ratio, max: ratio, pairs: [], cpuSeconds: {}, changes: changes.length, figures };
}

function figuresOf(delays: readonly number[]): { receipts: number; p50Ms: number; p99Ms: number; maxMs: number } {
  const sorted = [...delays].sort((a, b) => a - b);
  return {
    receipts: sorted.length,
    p50Ms: Math.round(sorted[sorted.length >> 1] ?? NaN),
    p99Ms: Math.round(p99(sorted)),
    maxMs: Math.round(sorted.at(-1) ?? NaN),
  };
}
