import { ControlDatabase } from '@icmp-mon/platform/database';
import { completePolicy, type PastPolicy, PolicyHistory, type StoredTierPolicy } from '@icmp-mon/tiers/contract';
import { Injectable } from '@nestjs/common';

interface VersionRow {
  name: string;
  version: number;
  from: Date;
  policy: StoredTierPolicy;
}

/** Reads policies of the past from `tier_version`. */
@Injectable()
export class StoredPolicyHistory extends PolicyHistory {
  constructor(private readonly database: ControlDatabase) {
    super();
  }

  override async policiesBetween(tiers: readonly string[], from: Date, to: Date): Promise<PastPolicy[]> {
    const rows = await this.database.query<VersionRow>(
      `SELECT name, version, lower(valid) AS from, policy FROM tier_version
       WHERE name = ANY ($1::text[]) AND valid && tstzrange($2, $3, '[]') ORDER BY lower(valid), name, version`,
      [tiers, from, to],
    );
    return rows.map(({ name, policy, ...row }) => ({ ...row, tier: name, policy: completePolicy(policy) }));
  }
}
