import { type TargetMaintenance, TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';
import { occurrenceId } from './occurrence';

/** Targets of open occurrences, as the worker recorded them last. */
@Injectable()
export class StoredTargetsInMaintenance extends TargetsInMaintenance {
  constructor(private readonly database: ControlDatabase) {
    super();
  }

  override async byKeys(keys: readonly number[]): Promise<ReadonlyMap<number, TargetMaintenance>> {
    if (keys.length === 0) return new Map();
    const rows = await this.database.query<{ key: number; window_id: string; date: string; ends_at: Date }>(
      `SELECT DISTINCT ON (m.target_key) m.target_key AS key, m.window_id, m.date::text AS date, o.ends_at
       FROM maintenance_member m JOIN maintenance_occurrence o USING (window_id, date)
       WHERE m.target_key = ANY ($1::integer[]) AND m.to_at IS NULL ORDER BY m.target_key, o.ends_at DESC`,
      [keys],
    );
    return new Map(
      rows.map(({ key, window_id, date, ends_at }) => [
        key,
        { occurrence: occurrenceId(window_id, date), until: ends_at.toISOString() },
      ]),
    );
  }

  override selectKeys(): string {
    return 'SELECT target_key FROM maintenance_member WHERE to_at IS NULL';
  }
}
