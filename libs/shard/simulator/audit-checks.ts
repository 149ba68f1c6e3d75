import { createHash } from 'node:crypto';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { AGENT_IDS } from '@icmp-mon/shard/engine/testing';
import { type CheckAnswer, type EvidenceEntry, EvidenceVerifier } from '@icmp-mon/status/contract';
import { CLOSED, PING } from './simulated-agent';
import type { SimulatedTables } from './simulated-tables';

/** One result of an agent, as it must be stored. */
interface Sample {
  key: number;
  check: number;
  agent: number;
  atMs: number;
  outcome: number;
  rttUs: number;
}

interface Times {
  intervalMs: number;
  /** Steps by which the clock of the log was set, together. */
  clockStepsMs: number;
}

const ANSWERED: readonly number[] = [OUTCOME.reply];
const FAILED: readonly number[] = [OUTCOME.timeout, OUTCOME.refused];

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Compares the stored checks that expect no answer with the samples, knowing neither state nor rules of the participant:
 *
 * 1. A violation names an answer that its agent measured, with its time and round trip.
 * 2. A check is as expected only near a failed probe whose agent measured an answered ping within an interval of it.
 * 3. Each answer is in the evidence logs at most once, and was measured.
 * 4. Each log is accepted by the verifier of exports: complete, in order, with correct hashes.
 *
 * Returns what is wrong.
 */
export function auditChecks(
  shard: number,
  { changes, entries }: SimulatedTables['validation'],
  lines: readonly string[],
  times: Times,
): string[] {
  const samples = lines.map(sampleOf);
  const measured = new Set(lines);
  const faults: string[] = [];
  for (const { shard: of, target_key: key, to_status: to, at, answer, removed } of changes) {
    if (of !== shard || removed) continue;
    if (to === 'violated' && (answer === null || !measured.has(lineOf(key, answer)))) {
      faults.push(`target ${key} is violated at ${at} by an answer that no agent measured: ${JSON.stringify(answer)}`);
    }
    if (to === 'as_expected' && !isProvenNear(samples, key, Date.parse(at), times)) {
      faults.push(`target ${key} is as expected at ${at} without a proof`);
    }
  }
  const logs = Map.groupBy(
    entries.filter((row) => row.shard === shard),
    ({ target_key, chain }) => `${target_key}/${chain}`,
  );
  const counted = new Set<string>();
  for (const rows of logs.values()) {
    faults.push(...faultsOfLog(rows.map(({ line }) => line)));
    for (const { target_key: key, line } of rows) {
      for (const answer of (JSON.parse(line) as EvidenceEntry).answers) {
        const of = lineOf(key, answer);
        if (!measured.has(of) || counted.has(of)) faults.push(`an answer was not measured, or is listed twice: ${of}`);
        counted.add(of);
      }
    }
  }
  return faults;
}

function sampleOf(line: string): Sample {
  const [key = 0, check = 0, agent = 0, atMs = 0, outcome = 0, rttUs = 0] = line.split('/').map(Number);
  return { key, check, agent, atMs, outcome, rttUs };
}

function lineOf(key: number, { agentId, at, rttUs }: CheckAnswer): string {
  return `${key}/${CLOSED}/${AGENT_IDS.indexOf(agentId)}/${Date.parse(at)}/${OUTCOME.reply}/${rttUs ?? 0}`;
}

/** A change is dated by its proof, unless the entry before began later: proofs may be late, and a clock may be set back. */
function isProvenNear(
  samples: readonly Sample[],
  key: number,
  atMs: number,
  { intervalMs, clockStepsMs }: Times,
): boolean {
  const withinMs = 4 * intervalMs + clockStepsMs;
  const ofTarget = samples.filter((sample) => sample.key === key && Math.abs(sample.atMs - atMs) <= withinMs);
  const failed = ofTarget.filter(({ check, outcome }) => check === CLOSED && FAILED.includes(outcome));
  return failed.some(({ agent, atMs: failedMs }) =>
    ofTarget.some(
      (each) =>
        each.check === PING &&
        each.agent === agent &&
        ANSWERED.includes(each.outcome) &&
        Math.abs(each.atMs - failedMs) <= intervalMs,
    ),
  );
}

function faultsOfLog(lines: readonly string[]): string[] {
  const verifier = new EvidenceVerifier(sha256);
  const [first, last] = [lines[0], lines.at(-1)].map((line) => JSON.parse(line ?? '{}') as EvidenceEntry);
  const { target, check, chain } = first;
  const chains = [{ chain, firstEntry: first.entry, lastEntry: last.entry, lastHash: last.hash }];
  const header = { evidence: 'icmpmon/1', target, check, from: null, until: null, chains };
  for (const line of [JSON.stringify(header), ...lines]) {
    const fault = verifier.addLine(line);
    if (fault !== null) return [`evidence log ${chain} of ${first.ip}, line ${fault.line}: ${fault.detail}`];
  }
  const { fault } = verifier.finish();
  return fault === undefined ? [] : [`evidence log ${chain} of ${first.ip}: ${fault.detail}`];
}
