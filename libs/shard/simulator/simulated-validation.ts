import type { StoredChecks, ValidationRows, ValidationTables } from '@icmp-mon/status/server';
import type { SimulatedRows } from './simulated-tables';

type Stored<R> = R & { shard: number };

/** The tables of the checks that expect no answer, in memory. */
export class SimulatedValidation {
  readonly changes: Stored<ValidationRows['changes'][number]>[] = [];
  readonly entries: Stored<ValidationRows['entries'][number]>[] = [];
  readonly statuses = new Map<string, Stored<ValidationRows['statuses'][number]>>();

  readonly tables: ValidationTables<SimulatedRows> = {
    readChecks: (rows, shard) => rows.readTables(() => this.storedChecks(shard)),
    storeRows: (rows, shard, written) => rows.stageEffect(shard, () => this.storeRows(shard, written)),
  };

  private storedChecks(shard: number): StoredChecks {
    const rows = [...this.statuses.values()].filter((row) => row.shard === shard);
    return {
      changeSeq: this.changes.findLast((change) => change.shard === shard)?.change_seq ?? 0,
      checks: rows.map((row) => ({
        target: {
          ...{ key: row.target_key, targetId: row.target_id, ip: row.ip, vrf: row.vrf, tier: row.tier },
          ...{ policy: undefined, selected: [], pairs: [] },
        },
        ...{ check: row.check_no, type: row.type, port: row.port, chain: row.chain, changeSeq: row.change_seq },
        ...{ status: row.status, reason: row.reason, sinceMs: Date.parse(row.since) },
        ...{ entries: row.entries, hash: row.hash, lastAnswer: row.last_answer },
        lastProofMs: row.last_proof_at === null ? 0 : Date.parse(row.last_proof_at),
        fromMs: Date.parse(row.open_entry.from),
      })),
    };
  }

  private storeRows(shard: number, { changes, entries, statuses, removed }: ValidationRows): void {
    for (const { target_key, check_no } of removed) this.statuses.delete(`${target_key}/${check_no}`);
    this.changes.push(...changes.map((row) => ({ ...row, shard })));
    this.entries.push(...entries.map((row) => ({ ...row, shard })));
    for (const row of statuses) this.statuses.set(`${row.target_key}/${row.check_no}`, { ...row, shard });
  }
}
