import { TargetPlacements } from '@icmp-mon/assignment/contract';
import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { JudgedTargets } from '@icmp-mon/status/contract';
import { messageBytes, type StreamMessage } from '@icmp-mon/platform/http';
import type { TargetView } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { listEventId } from './list-event-id';
import { scopeCondition } from '../target-list/scope-condition';
import { type TargetRow, targetView, VIEW_COLUMNS } from '../target-list/target-row';

/** One numbered change of the list: the current row, or a removal. */
export interface ListChange {
  listSeq: number;
  id: string;
  key: number;
  /** The row; null for a removal. */
  target: TargetView | null;
  /** The change as a server-sent event, shared by all clients. */
  bytes: Buffer;
}

type ChangeRow = TargetRow & { list_seq: number; present: boolean };

// One statement reads one snapshot: with two, a change that commits between them could be skipped.
const CHANGES = `
  SELECT * FROM (
    (SELECT list_seq, true AS present, ${VIEW_COLUMNS} FROM target_list
     WHERE list_seq > $1 ORDER BY list_seq LIMIT $2)
    UNION ALL
    (SELECT list_seq, false, key, id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
     FROM target_list_removed WHERE list_seq > $1 ORDER BY list_seq LIMIT $2)
  ) AS change ORDER BY list_seq LIMIT $2`;

/** Reads the numbered changes of the target list. */
@Injectable()
export class ListChanges {
  constructor(
    private readonly database: ControlDatabase,
    private readonly judged: JudgedTargets,
    private readonly placements: TargetPlacements,
    private readonly maintenance: TargetsInMaintenance,
  ) {}

  /** Returns the changes after a number, in order, at most `limit`; their ids contain `mark`, the not-judged mark that clients have. */
  async changesAfter(listSeq: number, limit: number, mark: string): Promise<ListChange[]> {
    const judged = await this.judged.now();
    const rows = await this.database.query<ChangeRow>(CHANGES, [listSeq, limit]);
    const keys = rows.filter(({ present }) => present).map(({ key }) => key);
    const [placements, marks] = await Promise.all([this.placements.byKeys(keys), this.maintenance.byKeys(keys)]);
    return rows.map((row) => {
      const target = row.present ? targetView(row, judged, placements.get(row.key), marks.get(row.key)) : null;
      return changeOf(row, target, mark);
    });
  }

  /** Returns the highest visible change number. */
  async latestChange(): Promise<number> {
    return latestOf(this.database);
  }

  /** Returns the ids of all targets in a scope. */
  async idsIn(scope: string): Promise<string[]> {
    const params: unknown[] = [];
    const text = `SELECT id FROM target_list WHERE ${scopeCondition(scope, params)}`;
    return (await this.database.query<{ id: string }>(text, params)).map(({ id }) => id);
  }

  /** Returns false if a client's number is older than the stored changes, or from another list (after a restored backup). */
  async reaches(listSeq: number): Promise<boolean> {
    const [row] = await this.database.query<{ horizon: number; issued: number }>(
      'SELECT h.list_seq AS horizon, s.last_value AS issued FROM target_list_horizon h, list_seq s',
    );
    return row !== undefined && listSeq >= row.horizon && listSeq <= row.issued;
  }
}

async function latestOf(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ latest: number }>(
    `SELECT greatest(
       (SELECT max(list_seq) FROM target_list),
       (SELECT max(list_seq) FROM target_list_removed),
       (SELECT list_seq FROM target_list_horizon)) AS latest`,
  );
  return row?.latest ?? 0;
}

/** Returns the event for a target that left the list. */
export const removalOf = ({ id, key }: { id: string; key: number }): StreamMessage => ({
  event: 'removed',
  data: { id, key },
});

function changeOf(row: ChangeRow, target: TargetView | null, mark: string): ListChange {
  const id = listEventId(row.list_seq, mark);
  const message = target === null ? removalOf(row) : { event: 'target', data: target };
  return { listSeq: row.list_seq, id: row.id, key: row.key, target, bytes: messageBytes({ id, ...message }) };
}
