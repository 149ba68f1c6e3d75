import { AGENT_CONDITIONS, OUTCOME, type FeedFact } from '@icmp-mon/probing/contract';
import {
  encodeBody,
  encodeThresholdsRecord,
  LANE,
  ResultColumnsBuilder,
  type BlockEnvelope,
} from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { seeded } from './seeded';
import { agentIdOf, policyFact, ShardRecords, targetFact } from './shard-records';

export const AGENT_IDS = [1, 2, 3].map(agentIdOf);
export const START_MS = Date.UTC(2026, 0, 1, 0, 4, 0);
const INTERVAL_MS = 15_000;

export const STANDARD: FeedFact = policyFact('standard', INTERVAL_MS);

interface Options {
  seed: number;
  targetKeys: number[];
  seconds: number;
  shard: number;
}

export interface GeneratedLog {
  records: Uint8Array[];
  /** Results that count, each once, by key `target/agent/ms`. */
  results: Set<string>;
}

/**
 * Generates one shard's log of some minutes: a tier policy, three agents, targets that go down and recover, one tick per second, blocks with
 * losses, thresholds of pairs, repeated blocks, late blocks on the backfill lane, and results of unassigned pairs.
 */
export function generateLog({ seed, targetKeys, seconds, shard }: Options): GeneratedLog {
  const random = seeded(seed);
  const thresholdDice = seeded(seed + 0x5eed);
  const records: Uint8Array[] = [];
  const results = new Set<string>();
  const log = new ShardRecords();
  const standard = (key: number): ReturnType<typeof targetFact> => targetFact(key, 'standard', AGENT_IDS);
  const feed = (fact: FeedFact): void => void records.push(log.factRecord(fact));
  feed(STANDARD);
  for (const [at, agentId] of AGENT_IDS.entries()) {
    feed({ kind: 'agent', agentId, name: `agent-${at}`, region: 'r', provider: 'p', state: 'active' });
  }
  for (const key of targetKeys) feed(standard(key));
  const down = new Set<number>();
  const held: BlockEnvelope[] = [];
  for (let second = 0; second < seconds; second++) {
    const nowMs = START_MS + second * 1_000;
    records.push(log.tickRecord(nowMs));
    if (second % 45 === 44) records.push(thresholdsOf(second, targetKeys, thresholdDice));
    for (const key of targetKeys) if (random() < 0.004) down[down.has(key) ? 'delete' : 'add'](key);
    if (random() < 0.01) feed(standard(targetKeys[Math.floor(random() * targetKeys.length)]));
    if (random() < 0.01) {
      const refuses = AGENT_IDS.filter(() => random() < 0.5);
      feed({ ...standard(targetKeys[Math.floor(random() * targetKeys.length)]), refuses });
    }
    if (random() < 0.02) feed(agentFact(Math.floor(random() * AGENT_IDS.length), random));
    const envelopes: BlockEnvelope[] = [];
    for (const agentId of AGENT_IDS) {
      const builder = new ResultColumnsBuilder();
      const late = random() < 0.03;
      for (const key of targetKeys) {
        const phaseMs = (key * 7_919) % INTERVAL_MS;
        const dueMs = Math.floor((nowMs - phaseMs) / INTERVAL_MS) * INTERVAL_MS + phaseMs;
        if (nowMs - dueMs >= 1_000 || dueMs < START_MS) continue;
        const lost = down.has(key) || random() < 0.01;
        const sampleMs = nowMs - Math.floor(random() * 900);
        const outcome = random() < 0.002 ? OUTCOME.not_sent : lost ? OUTCOME.timeout : OUTCOME.reply;
        builder.addResult(
          key,
          1,
          sampleMs,
          outcome,
          outcome === OUTCOME.reply ? 200 + Math.floor(random() * 9_000) : 0,
        );
        results.add(`${key}/${agentId}/${sampleMs}`);
      }
      if (random() < 0.05) builder.addResult(4_000_000 + shard, 1, nowMs, OUTCOME.reply, 1_000);
      if (builder.count === 0) continue;
      const lane = late ? LANE.backfill : LANE.live;
      const body = encodeBody(builder.buildColumns(), compress);
      const envelope = log.block({ agentId, lane, shard, body, receivedAtMs: nowMs });
      if (late) held.push(envelope);
      else envelopes.push(envelope);
      if (!late && random() < 0.05) envelopes.push(envelope);
    }
    if (held.length > 0 && random() < 0.02) {
      envelopes.push(...held.splice(0).map((envelope) => ({ ...envelope, receivedAtMs: nowMs })));
    }
    if (envelopes.length > 0) records.push(log.blocksRecord(envelopes));
  }
  if (held.length > 0) records.push(log.blocksRecord(held));
  records.push(log.tickRecord(START_MS + seconds * 1_000));
  return { records, results };
}

/** Returns thresholds of most pairs, such that some are slow at times. */
function thresholdsOf(run: number, targetKeys: readonly number[], random: () => number): Uint8Array {
  const rows = targetKeys.flatMap((targetKey) =>
    AGENT_IDS.filter(() => random() < 0.8).map((agentId) => ({
      ...{ agentId, targetKey, check: 1, medianUs: Math.floor(random() * 4_000), spreadUs: 500 },
      ...{ lossFloorPpm: 10_000, meanRunCenti: 100 + Math.floor(random() * 200), samples: Math.floor(random() * 99) },
      flags: random() < 0.3 ? 1 : 0,
    })),
  );
  return encodeThresholdsRecord({ run, part: 0, parts: 1 }, rows);
}

function agentFact(at: number, random: () => number): FeedFact {
  const condition = AGENT_CONDITIONS[Math.floor(random() * AGENT_CONDITIONS.length)];
  const name = `agent-${at}`;
  const anchors = condition === 'unable' ? 'silent' : 'answer';
  return {
    kind: 'agent',
    agentId: AGENT_IDS[at],
    name,
    region: 'r',
    provider: 'p',
    state: 'active',
    condition,
    anchors,
  };
}
