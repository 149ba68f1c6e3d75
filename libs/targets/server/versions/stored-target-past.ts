import { ControlDatabase } from '@icmp-mon/platform/database';
import { type PastTarget, TargetPast } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';

/** Reads the versions of single targets from `target_version`. */
@Injectable()
export class StoredTargetPast extends TargetPast {
  constructor(private readonly database: ControlDatabase) {
    super();
  }

  override versionsOf(targetKey: number, from: Date, to: Date): Promise<PastTarget[]> {
    return this.database.query<PastTarget>(
      `SELECT lower(valid) AS from, upper(valid) AS to, id, host(ip) AS ip, vrf, tier FROM target_version
       WHERE key = $1 AND valid && tstzrange($2, $3, '[]') ORDER BY version`,
      [targetKey, from, to],
    );
  }
}
