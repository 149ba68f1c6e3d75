import { closeSync, cpSync, openSync, readdirSync, statSync, truncateSync, writeSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readWaiting, whileAway } from '@icmp-mon/e2e/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@icmp-mon/platform/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import type { Installation } from '../installation';
import { underLoad } from '../under-load';
import { judgeWitness } from '../judge';

/** The agent is disconnected until this many blocks wait in its spool. */
const WAITING_BLOCKS = { short: 12, full: 150 };
const PATIENCE = { withinMs: 120_000 };
const STARTED_WITHIN_S = 5;
const FLIPS = 20;
const SHIPPED_WITHIN_MS = 60_000;

interface Damage {
  what: string;
  damageFile(file: string, random: () => number): void;
}

/** Damage to the spool file while the agent is down. */
const DAMAGES: Damage[] = [
  { what: 'truncated to half', damageFile: (file) => truncateSync(file, Math.floor(statSync(file).size / 2)) },
  { what: `${FLIPS} bits flipped`, damageFile: (file, random) => flipBits(file, random) },
  { what: 'not a database', damageFile: (file) => writeAt(file, 0, Buffer.from('this is not a spool')) },
  { what: 'from a newer version', damageFile: (file) => raiseVersion(file) },
  { what: 'empty', damageFile: (file) => truncateSync(file, 0) },
];

/**
 * Disconnects the local agent until its spool contains blocks, damages the file, and restarts the agent on it: the agent must start, report
 * what it quarantined, and ship the undamaged blocks.
 */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
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
  { printLine, random }: FaultContext,
  findings: Findings,
  installation: Installation,
  { what, damageFile }: Damage,
  blocksMin: number,
): Promise<void> {
  const { product, agentProxy } = installation;
  const dir = path.join(product.dir, 'agent');
  agentProxy.become({ kind: 'refuse' });
  const spooledBlocks = (): Promise<number> => product.readMetric('agent', 'icmpmon_agent_spool_blocks');
  await eventually(async () => expectAtLeast(await spooledBlocks(), blocksMin), PATIENCE);
  const spooled = await spooledBlocks();
  const droppedBefore = await product.readMetric('agent', 'icmpmon_agent_dropped_results_total');
  const copy = path.join(product.dir, 'spool-before.copy');
  const damagedAt = new Date();
  let damagedMs = 0;
  await whileAway(product, 'agent', () => {
    mergeLog(path.join(dir, 'spool.db'));
    cpSync(path.join(dir, 'spool.db'), copy);
    damageFile(path.join(dir, 'spool.db'), random);
    // The agent becomes ready only after a response of the gateway.
    agentProxy.become({ kind: 'open' });
    damagedMs = performance.now();
  });
  const seconds = (performance.now() - damagedMs) / 1_000;
  const waiting = readWaiting(copy);
  const since = new Date(damagedAt.getTime() - 600_000);
  const lost = (await product.readMetric('agent', 'icmpmon_agent_dropped_results_total')) - droppedBefore;
  const missing = await missingOf(installation, waiting, since, lost);
  findings.recordCount(`${what}: not recovered, of ${waiting.length} waiting results`, missing);
  findings.must(`${what}: lost according to the agent's counter`, lost, missing);
  const quarantined = await product.readMetric('agent', 'icmpmon_agent_quarantined');
  const aside = readdirSync(dir).filter(
    (name) => name.includes('damaged') || name.includes('aside') || name.includes('corrupt'),
  );
  printLine(
    `${what}: ${spooled} blocks were waiting, agent ready after ${seconds.toFixed(1)} s, ${quarantined} quarantined, files: ${aside.join(', ') || 'none'}`,
  );
  findings.atMost(`${what}: agent ready, s`, seconds, STARTED_WITHIN_S);
  const taken = (): Promise<number> => product.readMetric('agent', 'icmpmon_agent_spooled_results_total');
  const before = await taken();
  await eventually(async () => expectAtLeast(await taken(), before + 1), PATIENCE);
}

function expectAtLeast(actual: number, least: number): void {
  if (actual < least) throw new Error(`the agent's spool has ${actual} of ${least}`);
}

/** Returns how many of the waiting results are not stored; polls until the number does not exceed the known losses. */
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

/** Moves the content of the WAL into the file, so that the damage affects it. */
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
