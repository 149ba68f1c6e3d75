import { type Shortfall, type TargetPlacement, targetPlacement, TargetPlacements } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';

/** Placement as last decided: a changed target keeps it until the worker has evaluated it again. */
@Injectable()
export class StoredTargetPlacements extends TargetPlacements {
  constructor(private readonly database: ControlDatabase) {
    super();
  }

  override async byKeys(keys: readonly number[]): Promise<ReadonlyMap<number, TargetPlacement>> {
    if (keys.length === 0) return new Map();
    const rows = await this.database.query<Shortfall & { key: number }>(
      `SELECT key::integer AS key, shortfall AS reason, wanted, placed FROM assignment_target
       WHERE key = ANY ($1::bigint[]) AND shortfall IS NOT NULL`,
      [keys],
    );
    return new Map(rows.map((row) => [row.key, targetPlacement(row)]));
  }

  override selectKeys(reasons: string): string {
    return `SELECT key::integer FROM assignment_target WHERE shortfall IS NOT NULL AND shortfall = ANY (${reasons})`;
  }
}
