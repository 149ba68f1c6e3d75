import { MaintainedTargets } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';

/** Targets of occurrences, as the worker recorded them. */
@Injectable()
export class StoredMaintainedTargets extends MaintainedTargets {
  constructor(private readonly database: ControlDatabase) {
    super();
  }

  override async keysDuring(fromMs: number, toMs: number): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<{ key: number }>(
      `SELECT DISTINCT m.target_key AS key FROM maintenance_occurrence o JOIN maintenance_member m USING (window_id, date)
       WHERE (o.earlier <> '[]' OR (o.state <> 'planned' AND o.starts_at < $2 AND (o.closed_at IS NULL OR o.closed_at > $1)))
         AND m.from_at < $2 AND (m.to_at IS NULL OR m.to_at > $1)`,
      [new Date(fromMs), new Date(toMs)],
    );
    return new Set(rows.map(({ key }) => key));
  }
}
