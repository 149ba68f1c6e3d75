import { Batching } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { TargetExists } from './target-exists';

interface Wanted {
  tier: string;
  vrf: string;
  ip: string;
}

/** What a registration has to know beforehand. */
export interface Checked {
  /** A key that nobody has; lost when it is not used. */
  key: number;
  tierExists: boolean;
  /** Id of the target that has the address. */
  takenBy: string | null;
}

const CHECK = `
  SELECT nextval('target_key_seq') AS key, tier.name IS NOT NULL AS "tierExists", taken.id AS "takenBy"
  FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (tier text, vrf text, ip inet)) WITH ORDINALITY AS wanted (tier, vrf, ip, nr)
  LEFT JOIN tier ON tier.name = wanted.tier
  LEFT JOIN target_list taken ON taken.vrf = wanted.vrf AND taken.ip = wanted.ip
  ORDER BY wanted.nr`;

/** Looks up tiers and addresses and takes keys for registrations, by one statement for all that come together. */
@Injectable()
export class AddressCheck {
  private readonly checks: Batching<Wanted, Checked>;

  constructor(private readonly database: ControlDatabase) {
    this.checks = new Batching({ batchMax: 250, concurrentMax: 2 }, (wanted) =>
      database.query<Checked>(CHECK, [JSON.stringify(wanted)]),
    );
  }

  check(wanted: Wanted): Promise<Checked> {
    return this.checks.ask(wanted);
  }

  /** Why a registration is refused whose address was taken at the same moment. */
  async taken(ip: string, vrf: string, cause: unknown): Promise<DomainError> {
    const [row] = await this.database.query<{ id: string }>(
      'SELECT id FROM target_list WHERE vrf = $1 AND ip = $2::inet',
      [vrf, ip],
    );
    if (row !== undefined) return new TargetExists(ip, vrf, row.id);
    // Removed between the refusal and this look: to try again is right.
    return new DomainError('conflict', `${ip} was a target until now. Try again.`, undefined, { cause });
  }
}
