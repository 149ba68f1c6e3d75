import { type FeedFact, OUTCOME } from '@icmp-mon/probing/contract';
import { encodeBody, LANE, type Lane, ResultColumnsBuilder } from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { ShardFold } from '@icmp-mon/shard/engine';
import { agentIdOf, policyFact, ShardRecords, targetFact } from '@icmp-mon/shard/engine/testing';
import type { CheckStatus, EvidenceEntry } from '@icmp-mon/status/contract';
import { ValidationParticipant } from './validation-participant';
import type { StoredChecks, ValidationRows, ValidationTables } from './validation-tables';

export const [A, B] = [1, 2].map(agentIdOf);
export const START_MS = Date.UTC(2026, 0, 1);
export const INTERVAL_MS = 15_000;
/** Numbers of the checks of the tier `edge`: ping must answer, and port 23 must not. */
export const [PING, TELNET] = [1, 2];

export const EDGE: FeedFact & { kind: 'policy' } = {
  ...policyFact('edge', INTERVAL_MS),
  checks: [
    { check: PING, type: 'icmp_ping', expect: 'reachable' },
    { check: TELNET, type: 'tcp_connect', expect: 'unreachable', port: 23 },
  ],
};

/** A tier without a check that expects an answer. */
export const SILENT: FeedFact & { kind: 'policy' } = {
  ...policyFact('silent', INTERVAL_MS),
  checks: [{ check: TELNET, type: 'tcp_connect', expect: 'unreachable', port: 23 }],
};

/** Tables in memory. */
export class MemoryTables implements ValidationTables<null> {
  readonly changes: ValidationRows['changes'] = [];
  readonly entries: ValidationRows['entries'] = [];
  readonly statuses = new Map<string, ValidationRows['statuses'][number]>();
  stored: StoredChecks = { changeSeq: 0, checks: [] };

  readChecks = async (): Promise<StoredChecks> => this.stored;

  storeRows = async (_rows: null, _shard: number, written: ValidationRows): Promise<void> => {
    this.changes.push(...written.changes);
    this.entries.push(...written.entries);
    for (const row of written.removed) this.statuses.delete(`${row.target_key}/${row.check_no}`);
    for (const row of written.statuses) this.statuses.set(`${row.target_key}/${row.check_no}`, row);
  };
}

/** Returns the content of the tables of the shard as a takeover reads it. */
export function storedOf(tables: MemoryTables): StoredChecks {
  const checks = [...tables.statuses.values()].map((row) => ({
    target: {
      ...{ key: row.target_key, targetId: row.target_id, ip: row.ip, vrf: row.vrf, tier: row.tier },
      ...{ policy: undefined, selected: [], pairs: [] },
    },
    ...{ check: row.check_no, type: row.type, port: row.port, chain: row.chain, changeSeq: row.change_seq },
    ...{ status: row.status, reason: row.reason, sinceMs: Date.parse(row.since), entries: row.entries, hash: row.hash },
    ...{ lastProofMs: row.last_proof_at === null ? 0 : Date.parse(row.last_proof_at), lastAnswer: row.last_answer },
    fromMs: Date.parse(row.open_entry.from),
  }));
  return { changeSeq: Math.max(0, ...tables.changes.map(({ change_seq }) => change_seq)), checks };
}

export interface Measured {
  key: number;
  check: number;
  outcome?: number;
  agent?: string;
  /** Age of the sample at its receipt, in ms. */
  ageMs?: number;
  rttUs?: number;
}

/** The log of one shard and its fold; every record is applied, kept in `records`, and its rows are written. */
export class ValidatedShard {
  readonly tables = new MemoryTables();
  readonly records: Uint8Array[] = [];
  readonly fold: ShardFold<null>;
  readonly participant: ValidationParticipant<null>;
  nowMs = START_MS;
  private readonly log = new ShardRecords();

  constructor(readonly shard = 0) {
    const fold: ShardFold<null> = new ShardFold(shard, [
      (this.participant = new ValidationParticipant<null>(shard, () => fold.directory, this.tables)),
    ]);
    this.fold = fold;
  }

  /** A shard that judges target 8 of the tier `edge` by the agents. */
  static async of(agents: readonly string[], keys: readonly number[] = [8]): Promise<ValidatedShard> {
    const shard = new ValidatedShard();
    await shard.fact(EDGE);
    for (const [at, agentId] of [A, B].entries()) {
      await shard.fact({
        ...{ kind: 'agent', agentId, name: `agent-${at}`, region: `r${at}`, provider: 'p', state: 'active' },
      });
    }
    for (const key of keys) await shard.fact(targetFact(key, 'edge', agents));
    await shard.passTime(1_000);
    return shard;
  }

  fact(fact: FeedFact): Promise<void> {
    return this.applyRecord(this.log.factRecord(fact));
  }

  /** Writes a tick for every second of the time. */
  async passTime(ms: number): Promise<void> {
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs;) {
      this.nowMs += Math.min(1_000, untilMs - this.nowMs);
      await this.applyRecord(this.log.tickRecord(this.nowMs));
    }
  }

  async addResults(results: readonly Measured[], lane: Lane = LANE.live): Promise<void> {
    for (const agentId of [A, B]) {
      const builder = new ResultColumnsBuilder();
      for (const { key, check, outcome = OUTCOME.reply, agent = A, ageMs = 0, rttUs } of results) {
        if (agent !== agentId) continue;
        builder.addResult(key, check, this.nowMs - ageMs, outcome, rttUs ?? (outcome === OUTCOME.reply ? 900 : 0));
      }
      if (builder.count === 0) continue;
      const body = encodeBody(builder.buildColumns(), compress);
      const { shard, nowMs: receivedAtMs } = this;
      await this.applyRecord(this.log.blocksRecord([this.log.block({ agentId, lane, shard, body, receivedAtMs })]));
    }
  }

  /** One interval in which the agent's ping is answered and its connect is not. */
  async proves(agent = A, key = 8): Promise<void> {
    await this.addResults([
      { key, check: PING, agent },
      { key, check: TELNET, outcome: OUTCOME.timeout, agent },
    ]);
    await this.passTime(INTERVAL_MS);
  }

  async applyRecord(record: Uint8Array): Promise<void> {
    this.fold.applyRecord(this.records.push(record), record, () => -1);
    await this.writeRows();
  }

  async writeRows(): Promise<void> {
    await this.participant.takePendingWrite()?.writeRows(null);
  }

  /** Returns the changes since the last call, as `status reason`. */
  newChanges(): string[] {
    return this.tables.changes
      .splice(0)
      .map(({ to_status, reason, removed }) => (removed ? 'removed' : `${to_status} ${reason}`));
  }

  statusOf(key = 8): CheckStatus | undefined {
    return this.tables.statuses.get(`${key}/${TELNET}`)?.status;
  }

  evidenceEntries(): EvidenceEntry[] {
    return this.tables.entries.map(({ line }) => JSON.parse(line) as EvidenceEntry);
  }
}
