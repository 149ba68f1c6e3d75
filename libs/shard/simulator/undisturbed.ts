import { AgentNumbers } from '@icmp-mon/probing/server';
import { ShardFold } from '@icmp-mon/shard/engine';
import { AGENT_IDS } from '@icmp-mon/shard/engine/testing';
import type { EvidenceEntry } from '@icmp-mon/status/contract';
import { participantsOf } from './participants';
import { immediateRows, numbersByPlace, SimulatedTables, type SimulatedRows } from './simulated-tables';

/** Final state of a shard, and its rows as readers see them. */
export interface Ending {
  digest: string;
  changes: string[];
  statuses: string[];
  verdicts: string[];
  /** Intervals in which each target has late results. */
  late: string[];
  /** Records of pair changes. */
  pairChanges: string[];
  samples: string[];
  /** Changes, sealed entries of evidence logs, and statuses of the checks that expect no answer. */
  checkChanges: string[];
  evidence: string[];
  checks: string[];
}

/** A plain fold over a shard's log: no host, no takeovers, nothing stored in between. */
export class PlainFold {
  readonly fold: ShardFold<SimulatedRows>;
  readonly tables = new SimulatedTables();
  private next = 0;

  constructor(
    private readonly shard: number,
    private readonly records: readonly Uint8Array[],
  ) {
    const numbers = new AgentNumbers(numbersByPlace(AGENT_IDS));
    this.fold = new ShardFold<SimulatedRows>(
      shard,
      participantsOf(
        shard,
        () => this.fold.directory,
        this.tables,
        numbers,
        () => 0,
      ),
    );
  }

  /** Returns the digest of the state after the record at `position`. Positions must not decrease. */
  digestAt(position: number): string {
    for (; this.next <= position; this.next++) this.fold.applyRecord(this.next, this.records[this.next], () => -1);
    return this.fold.digest();
  }

  /** Applies all records and stores their effects. Returns the digest. */
  async finishFold(): Promise<string> {
    const digest = this.digestAt(this.records.length - 1);
    for (const each of this.fold.participants) {
      await each.prepareWrite?.();
      await each.takePendingWrite(true)?.writeRows(immediateRows);
    }
    return digest;
  }
}

/**
 * Returns the final state of a shard. Positions in the log are left out of status changes, because repeats shift them. If blocks were
 * swapped, changes are compared per target, because their numbers depend on the order.
 */
export function endingOf(shard: number, digest: string, tables: SimulatedTables, byTarget: boolean): Ending {
  const stored = tables.changes.filter((change) => change.shard === shard);
  const gap = stored.findIndex(({ change_seq }, at) => change_seq !== at + 1);
  const changes = stored.map(({ position: _position, change_seq, ...change }) =>
    byTarget ? { change_seq: 0, ...change } : { change_seq, ...change },
  );
  if (byTarget) changes.sort((a, b) => a.target_key - b.target_key);
  const statuses = [...tables.statuses.values()].filter((row) => row.shard === shard);
  const verdicts = [...tables.verdicts.values()].filter((row) => row.shard === shard);
  return {
    digest,
    changes: [...(gap < 0 ? [] : [`a gap at ${gap}`]), ...changes.map((change) => JSON.stringify(change))],
    // Number and position of a change depend on swapped and repeated blocks; the status must not.
    statuses: statuses.map(({ change_seq: _seq, position: _position, ...row }) => JSON.stringify(row)).sort(),
    verdicts: verdicts.map((row) => JSON.stringify(row)).sort(),
    late: [...tables.late]
      .filter(([target]) => target.startsWith(`${shard}/`))
      .map((row) => row.join(' '))
      .sort(),
    pairChanges: tables.pairChanges
      .filter((record) => record.shard === shard)
      .map(({ changeSeq, chain, body }) => `${changeSeq} ${chain} ${Buffer.from(body).toString('hex')}`),
    samples: tables.visibleSamples(shard),
    ...validationOf(shard, tables.validation, byTarget),
  };
}

/** Numbers of changes depend on swapped blocks; chains are named by the number of a change. */
function validationOf(
  shard: number,
  { changes, entries, statuses }: SimulatedTables['validation'],
  byTarget: boolean,
): Pick<Ending, 'checkChanges' | 'evidence' | 'checks'> {
  const ofShard = <R extends { shard: number; target_key: number }>(rows: Iterable<R>): R[] => {
    const own = [...rows].filter((row) => row.shard === shard);
    return byTarget ? own.sort((a, b) => a.target_key - b.target_key) : own;
  };
  return {
    checkChanges: ofShard(changes).map(({ position: _position, change_seq, chain, hash, ...row }) =>
      JSON.stringify(byTarget ? row : { change_seq, chain, hash, ...row }),
    ),
    evidence: ofShard(entries).map(({ position: _position, chain, line, ...row }) => {
      const { chain: _chain, previous: _previous, hash: _hash, ...sealed } = JSON.parse(line) as EvidenceEntry;
      return JSON.stringify(byTarget ? { ...row, ...sealed } : { ...row, chain, line });
    }),
    // Figures of a row about probes are as old as the commit that wrote it.
    checks: ofShard(statuses.values())
      .map(({ last_proof_at: _proof, last_answer: _answer, open_entry, change_seq, chain, hash, ...row }) =>
        JSON.stringify({ ...row, from: open_entry.from, ...(!byTarget && { change_seq, chain, hash }) }),
      )
      .sort(),
  };
}

export function differencesOf(expected: Ending, actual: Ending): string[] {
  return (Object.keys(expected) as (keyof Ending)[]).flatMap((part) =>
    differenceOf(part, expected[part], actual[part]),
  );
}

export function differenceOf(
  part: string,
  expected: string | readonly string[],
  actual: string | readonly string[],
): string[] {
  const [before, after] = [expected, actual].map((value) => (typeof value === 'string' ? [value] : value));
  const at = Array.from({ length: Math.max(before.length, after.length) }).findIndex(
    (_, row) => before[row] !== after[row],
  );
  if (at < 0) return [];
  return [`${part}: ${before.length} expected, ${after.length} found; at ${at} not ${before[at]} but ${after[at]}`];
}
