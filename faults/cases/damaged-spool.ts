import { closeSync, cpSync, openSync, readdirSync, statSync, truncateSync, writeSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readWaiting, whileAway } from '@icmp-mon/e2e/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@icmp-mon/platform/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { underLoad, type Installation } from '../installation';
import { judgeWitness } from '../judge';

/** The agent is cut off until so much waits. */
const WAITING_BLOCKS = { short: 12, full: 150 };
const PATIENCE = { withinMs: 120_000 };
const STARTED_WITHIN_S = 5;
const FLIPS = 20;
const SHIPPED_WITHIN_MS = 60_000;

interface Damage {
  what: string;
  make(file: string, random: () => number): void;
}

/** What may befall the file while the agent is away. */
const DAMAGES: Damage[] = [
  { what: 'truncated to half', make: (file) => truncateSync(file, Math.floor(statSync(file).size / 2)) },
  { what: `${FLIPS} bits flipped`, make: (file, random) => flipBits(file, random) },
  { what: 'not a database', make: (file) => writeAt(file, 0, Buffer.from('this is no spool')) },
  { what: 'from a newer version', make: (file) => raiseVersion(file) },
  { what: 'empty', make: (file) => truncateSync(file, 0) },
];

/**
 * Cuts the local agent off until its spool holds something, damages the file, and lets the agent start on it: it lives, says
 * what it set aside, and ships what is sound.
 */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.say);
  const blocks = context.short ? WAITING_BLOCKS.short : WAITING_BLOCKS.full;
  await underLoad(
    context,
    findings,
    async (installation) => {
      for (const damage of context.short ? DAMAGES.slice(0, 2) : DAMAGES)
        await oneDamage(context, findings, installation, damage, blocks);
      await installation.placeWitness();
    },
    { local: false },
  );
  return findings;
}

async function oneDamage(
  { say, random }: FaultContext,
  findings: Findings,
  installation: Installation,
  { what, make }: Damage,
  blocksMin: number,
): Promise<void> {
  const { product, agentProxy } = installation;
  const dir = path.join(product.dir, 'agent');
  agentProxy.become({ kind: 'refuse' });
  const spooledBlocks = (): Promise<number> => product.metric('agent', 'icmpmon_agent_spool_blocks');
  await eventually(async () => expectAtLeast(await spooledBlocks(), blocksMin), PATIENCE);
  const spooled = await spooledBlocks();
  const droppedBefore = await product.metric('agent', 'icmpmon_agent_dropped_results_total');
  const copy = path.join(product.dir, 'spool-before.copy');
  const damagedAt = new Date();
  let damagedMs = 0;
  await whileAway(product, 'agent', () => {
    mergeLog(path.join(dir, 'spool.db'));
    cpSync(path.join(dir, 'spool.db'), copy);
    make(path.join(dir, 'spool.db'), random);
    // An agent is ready only once the gateway has answered it.
    agentProxy.become({ kind: 'open' });
    damagedMs = performance.now();
  });
  const seconds = (performance.now() - damagedMs) / 1_000;
  const waiting = readWaiting(copy);
  const since = new Date(damagedAt.getTime() - 600_000);
  const lost = (await product.metric('agent', 'icmpmon_agent_dropped_results_total')) - droppedBefore;
  const missing = await missingOf(installation, waiting, since, lost);
  findings.count(`${what}: of ${waiting.length} results that waited not recovered`, missing);
  findings.must(`${what}: lost by the agent's own count`, lost, missing);
  const quarantined = await product.metric('agent', 'icmpmon_agent_quarantined');
  const aside = readdirSync(dir).filter(
    (name) => name.includes('damaged') || name.includes('aside') || name.includes('corrupt'),
  );
  say(
    `${what}: ${spooled} blocks had waited, ready again after ${seconds.toFixed(1)} s, ${quarantined} set aside, files: ${aside.join(', ') || 'none'}`,
  );
  findings.atMost(`${what}: agent ready again, s`, seconds, STARTED_WITHIN_S);
  const taken = (): Promise<number> => product.metric('agent', 'icmpmon_agent_spooled_results_total');
  const before = await taken();
  await eventually(async () => expectAtLeast(await taken(), before + 1), PATIENCE);
}

function expectAtLeast(actual: number, least: number): void {
  if (actual < least) throw new Error(`${actual} of ${least} are in the agent's spool`);
}

/** Of what had waited so much is not stored: looked at until it is no more than is known to be lost. */
async function missingOf(
  { product, keys }: Installation,
  spooled: ReturnType<typeof readWaiting>,
  since: Date,
  lost: number,
): Promise<number> {
  const deadlineMs = performance.now() + SHIPPED_WITHIN_MS;
  for (;;) {
    const { missing } = await judgeWitness(product.access.telemetryDatabaseUrl, 'local', { spooled, since, keys });
    if (missing <= lost || performance.now() > deadlineMs) return missing;
    await pause(500);
  }
}

/** What is only in the write-ahead log moves into the file, so that the damage strikes it. */
function mergeLog(file: string): void {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

function flipBits(file: string, random: () => number): void {
  const { size } = statSync(file);
  for (let flip = 0; flip < FLIPS; flip++)
    writeAt(file, Math.floor(random() * size), Buffer.of(Math.floor(random() * 256)));
}

function raiseVersion(file: string): void {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  database.exec('PRAGMA user_version = 99');
  database.close();
}

function writeAt(file: string, at: number, bytes: Uint8Array): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
}
