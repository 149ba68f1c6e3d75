import type { Status, StatusReason, Votes } from '@icmp-mon/status/contract';
import type { PairEntry, PendingWrite, RecordPlace, TargetEntry, WriterTransaction } from '@icmp-mon/platform/shard';
import type { Judgement } from './consensus';
import { VERDICT } from './verdict';

export interface StatusChange {
  target: TargetEntry;
  from: Status;
  to: Status;
  reason: StatusReason;
  atMs: number;
  sinceMs: number;
  lastSuccessMs: number;
  votes: Votes;
  changeSeq: number;
  place: RecordPlace;
}

/** One row of `status_change`, but for its shard. */
export interface ChangeRow {
  change_seq: number;
  target_key: number;
  target_id: string;
  ip: string;
  vrf: string;
  tier: string;
  from_status: Status;
  to_status: Status;
  reason: StatusReason;
  at: string | Date;
  since: string | Date;
  last_success_at: string | Date | null;
  votes: Votes;
  removed: boolean;
  position: number;
}

interface VerdictRow {
  target_key: number;
  agent_id: string;
  check_no: number;
  verdict: Status;
  reason: StatusReason | null;
  since: string | null;
}

const VERDICT_NAMES: Readonly<Record<number, Status>> = {
  [VERDICT.none]: 'unknown',
  [VERDICT.up]: 'up',
  [VERDICT.degraded]: 'degraded',
  [VERDICT.down]: 'down',
};

const NO_VOTES: Votes = { selected: 0, needed: 0, up: 0, degraded: 0, down: 0, unknown: 0 };

/** Rows that one shard's status changes and verdicts come to, kept until the host commits them. */
export class StatusEffects {
  private changes: ChangeRow[] = [];
  /** By target, then by agent and check: the latest only. */
  private verdicts = new Map<number, Map<string, VerdictRow>>();
  private verdictCount = 0;
  private selections = new Map<number, { target_key: number; agents: string[] }>();

  constructor(
    private readonly shard: number,
    private readonly committed: () => void,
  ) {}

  /** Rows that wait. */
  get size(): number {
    return this.changes.length + this.verdictCount + this.selections.size;
  }

  changed(change: StatusChange): void {
    if (change.place.muted) return;
    const { target } = change;
    this.changes.push({
      change_seq: change.changeSeq,
      ...identity(target),
      from_status: change.from,
      to_status: change.to,
      reason: change.reason,
      at: iso(change.atMs),
      since: iso(change.sinceMs),
      last_success_at: change.lastSuccessMs > 0 ? iso(change.lastSuccessMs) : null,
      votes: change.votes,
      removed: false,
      position: change.place.offset,
    });
  }

  removed(target: TargetEntry, before: Judgement, atMs: number, changeSeq: number, place: RecordPlace): void {
    if (place.muted) return;
    this.keepOnly(target.key, []);
    this.changes.push({
      change_seq: changeSeq,
      ...identity(target),
      from_status: before.status,
      to_status: 'unknown',
      reason: before.reason,
      at: iso(atMs),
      since: iso(atMs),
      last_success_at: null,
      votes: NO_VOTES,
      removed: true,
      position: place.offset,
    });
  }

  /** Verdicts of agents that are no longer selected are to go. */
  keepPairs(target: TargetEntry, place: RecordPlace): void {
    if (place.muted) return;
    this.keepOnly(target.key, target.selected);
  }

  /**
   * Of an agent that was not selected at some time since the last commit, nothing from before may stay: neither what is
   * stored nor what waits to be, even if it has been selected again.
   */
  private keepOnly(targetKey: number, agents: readonly string[]): void {
    const before = this.selections.get(targetKey)?.agents ?? agents;
    this.selections.set(targetKey, { target_key: targetKey, agents: before.filter((id) => agents.includes(id)) });
    const waiting = this.verdicts.get(targetKey);
    for (const [key, { agent_id }] of waiting ?? []) {
      if (!agents.includes(agent_id) && waiting?.delete(key)) this.verdictCount--;
    }
  }

  verdict(
    target: TargetEntry,
    pair: PairEntry,
    verdict: number,
    reason: StatusReason | null,
    sinceMs: number,
    place: RecordPlace,
  ): void {
    if (place.muted) return;
    let ofTarget = this.verdicts.get(target.key);
    if (!ofTarget) this.verdicts.set(target.key, (ofTarget = new Map()));
    const key = `${pair.agentId}/${pair.check}`;
    if (!ofTarget.has(key)) this.verdictCount++;
    ofTarget.set(key, {
      target_key: target.key,
      agent_id: pair.agentId,
      check_no: pair.check,
      verdict: VERDICT_NAMES[verdict] ?? 'unknown',
      reason,
      since: sinceMs > 0 ? iso(sinceMs) : null,
    });
  }

  take(): PendingWrite | null {
    if (this.size === 0) return null;
    const { changes, shard } = this;
    const verdicts = [...this.verdicts.values()].flatMap((ofTarget) => [...ofTarget.values()]);
    const selections = [...this.selections.values()];
    this.changes = [];
    this.verdicts = new Map();
    this.verdictCount = 0;
    this.selections = new Map();
    return {
      rows: changes.length + verdicts.length,
      write: async (transaction) => {
        await dropVerdicts(transaction, selections);
        await writeVerdicts(transaction, shard, verdicts);
        await writeChanges(transaction, shard, changes);
      },
      committed: () => {
        if (changes.length > 0) this.committed();
      },
    };
  }
}

async function writeChanges(transaction: WriterTransaction, shard: number, changes: ChangeRow[]): Promise<void> {
  if (changes.length === 0) return;
  await transaction.query(
    `INSERT INTO status_change (shard, change_seq, target_key, target_id, ip, vrf, tier, from_status, to_status, reason,
                                at, since, last_success_at, votes, removed, position)
     SELECT $1, change_seq, target_key, target_id, ip, vrf, tier, from_status, to_status, reason,
            at, since, last_success_at, votes, removed, position
     FROM jsonb_to_recordset($2::jsonb) AS r(change_seq bigint, target_key integer, target_id uuid, ip inet, vrf text,
          tier text, from_status text, to_status text, reason text, at timestamptz, since timestamptz,
          last_success_at timestamptz, votes jsonb, removed boolean, position bigint)`,
    [shard, JSON.stringify(changes)],
  );
  await projectStatuses(transaction, shard, changes);
}

/** Keeps `target_status` by changes of one shard in their order: the last of each target counts. */
export async function projectStatuses(
  transaction: Pick<WriterTransaction, 'query'>,
  shard: number,
  changes: readonly ChangeRow[],
): Promise<void> {
  const latest = new Map(changes.map((change) => [change.target_key, change]));
  const standing = [...latest.values()].filter(({ removed }) => !removed);
  const gone = [...latest.values()].filter(({ removed }) => removed);
  if (gone.length > 0) {
    await transaction.query('DELETE FROM target_status WHERE target_key = ANY($1::integer[])', [
      gone.map((change) => change.target_key),
    ]);
  }
  if (standing.length === 0) return;
  await transaction.query(
    `INSERT INTO target_status (target_key, shard, change_seq, status, reason, since, last_success_at, votes)
     SELECT target_key, $1, change_seq, to_status, reason, since, last_success_at, votes
     FROM jsonb_to_recordset($2::jsonb) AS r(target_key integer, change_seq bigint, to_status text, reason text,
          since timestamptz, last_success_at timestamptz, votes jsonb)
     ON CONFLICT (target_key) DO UPDATE SET (change_seq, status, reason, since, last_success_at, votes) =
       (excluded.change_seq, excluded.status, excluded.reason, excluded.since, excluded.last_success_at, excluded.votes)`,
    [shard, JSON.stringify(standing)],
  );
}

async function writeVerdicts(transaction: WriterTransaction, shard: number, verdicts: VerdictRow[]): Promise<void> {
  if (verdicts.length === 0) return;
  await transaction.query(
    `INSERT INTO pair_verdict (target_key, agent_id, check_no, shard, verdict, reason, since)
     SELECT target_key, agent_id, check_no, $1, verdict, reason, since
     FROM jsonb_to_recordset($2::jsonb) AS r(target_key integer, agent_id uuid, check_no smallint, verdict text,
          reason text, since timestamptz)
     ON CONFLICT (target_key, agent_id, check_no) DO UPDATE SET (verdict, reason, since) =
       (excluded.verdict, excluded.reason, excluded.since)`,
    [shard, JSON.stringify(verdicts)],
  );
}

async function dropVerdicts(
  transaction: WriterTransaction,
  selections: { target_key: number; agents: string[] }[],
): Promise<void> {
  if (selections.length === 0) return;
  await transaction.query(
    `DELETE FROM pair_verdict v USING jsonb_to_recordset($1::jsonb) AS s(target_key integer, agents jsonb)
     WHERE v.target_key = s.target_key AND NOT s.agents ? v.agent_id::text`,
    [JSON.stringify(selections)],
  );
}

function identity(target: TargetEntry): Pick<ChangeRow, 'target_key' | 'target_id' | 'ip' | 'vrf' | 'tier'> {
  return { target_key: target.key, target_id: target.targetId, ip: target.ip, vrf: target.vrf, tier: target.tier };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
