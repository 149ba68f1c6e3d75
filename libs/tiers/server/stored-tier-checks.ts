import { ShortCache } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type CheckDefinition, type StoredTierPolicy, TIER_LIMITS, TierChecks } from '@icmp-mon/tiers/contract';
import { Injectable } from '@nestjs/common';

const KEPT_MS = 5_000;

@Injectable()
export class StoredTierChecks extends TierChecks {
  private readonly known = new ShortCache<readonly CheckDefinition[]>({
    entriesMax: TIER_LIMITS.tiers,
    keptMs: () => KEPT_MS,
  });

  constructor(private readonly database: ControlDatabase) {
    super();
  }

  override checksOf(tier: string): Promise<readonly CheckDefinition[]> {
    return this.known.get(tier, async () => {
      const [row] = await this.database.query<{ policy: StoredTierPolicy }>('SELECT policy FROM tier WHERE name = $1', [
        tier,
      ]);
      return row === undefined ? [] : row.policy.checks;
    });
  }
}
