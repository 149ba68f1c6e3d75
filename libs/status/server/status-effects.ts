import type { Status, StatusReason, Votes } from '@icmp-mon/status/contract';
import type { PendingWrite, RecordPlace, TargetEntry, WriterTransaction } from '@icmp-mon/shard/engine';
import type { Judgement } from './consensus';

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

/** What the selected agents say of one target, in parallel: agents, checks, letters of `agent_verdict`, and since when (ms since 1970, 0: not at all). */
export interface TargetVerdicts {
  agents: string[];
  checks: number[];
  letters: string;
  sinceMs: number[];
}

const NO_VOTES: Votes = { selected: 0, needed: 0, up: 0, degraded: 0, down: 0, unknown: 0 };

/** Targets whose verdicts are written by one statement; a hundred agents of each are some megabytes. */
const TARGETS_PER_STATEMENT = 1_000;

/** Rows that one shard's status changes and verdicts come to, kept until the host commits them. */
export class StatusEffects {
  private changes: ChangeRow[] = [];
  /** Targets of which some agent says something else than what is stored. */
  private judged = new Map<number, TargetEntry>();
  private gone = new Set<number>();

  constructor(
    private readonly shard: number,
    private readonly verdictsOf: (target: TargetEntry) => TargetVerdicts,
    private readonly committed: () => void,
  ) {}

  /** Rows that wait. */
  get size(): number {
    return this.changes.length + this.judged.size + this.gone.size;
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
    this.judged.delete(target.key);
    this.gone.add(target.key);
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

  /** Somebody judges the target otherwise, or somebody else does. */
  verdictsChanged(target: TargetEntry, place: RecordPlace): void {
    if (!place.muted) this.judged.set(target.key, target);
  }

  take(): PendingWrite | null {
    if (this.size === 0) return null;
    const { changes, shard, judged, gone } = this;
    this.changes = [];
    this.judged = new Map();
    this.gone = new Set();
    return {
      rows: changes.length + judged.size + gone.size,
      write: async (transaction) => {
        if (gone.size > 0) await transaction.query(DELETE_VERDICTS, [[...gone]]);
        await this.writeVerdicts(transaction, [...judged.values()]);
        await writeChanges(transaction, shard, changes);
      },
      committed: () => {
        if (changes.length > 0) this.committed();
      },
    };
  }

  /**
   * Rows are made as they are written, so that a sweep of first verdicts is never in memory as a whole. They may say what came after
   * the commit's position; a replay from there says it once more.
   */
  private async writeVerdicts(transaction: WriterTransaction, targets: readonly TargetEntry[]): Promise<void> {
    for (let from = 0; from < targets.length; from += TARGETS_PER_STATEMENT) {
      const rows = targets.slice(from, from + TARGETS_PER_STATEMENT).map((target) => {
        const { agents, checks, letters, sinceMs } = this.verdictsOf(target);
        return {
          target_key: target.key,
          agents: `{${agents.join(',')}}`,
          checks: `{${checks.join(',')}}`,
          letters,
          since_ms: `{${sinceMs.join(',')}}`,
        };
      });
      await transaction.query(WRITE_VERDICTS, [this.shard, JSON.stringify(rows)]);
    }
  }
}

const DELETE_VERDICTS = 'DELETE FROM target_verdict WHERE target_key = ANY($1::integer[])';

const WRITE_VERDICTS = `
  INSERT INTO target_verdict AS t (target_key, shard, agents, checks, letters, since_ms)
  SELECT target_key, $1, agents::uuid[], checks::smallint[], letters, since_ms::bigint[]
  FROM jsonb_to_recordset($2::jsonb) AS r(target_key integer, agents text, checks text, letters text, since_ms text)
  ON CONFLICT (target_key) DO UPDATE SET (agents, checks, letters, since_ms) =
    (excluded.agents, excluded.checks, excluded.letters, excluded.since_ms)
  WHERE (t.agents, t.checks, t.letters, t.since_ms) IS DISTINCT FROM
    (excluded.agents, excluded.checks, excluded.letters, excluded.since_ms)`;

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

function identity(target: TargetEntry): Pick<ChangeRow, 'target_key' | 'target_id' | 'ip' | 'vrf' | 'tier'> {
  return { target_key: target.key, target_id: target.targetId, ip: target.ip, vrf: target.vrf, tier: target.tier };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
