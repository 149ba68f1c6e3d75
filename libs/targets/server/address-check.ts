import { Batching } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';

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

  constructor(database: ControlDatabase) {
    this.checks = new Batching({ batchMax: 250, concurrentMax: 2 }, (wanted) =>
      database.query<Checked>(CHECK, [JSON.stringify(wanted)]),
    );
  }

  check(wanted: Wanted): Promise<Checked> {
    return this.checks.ask(wanted);
  }
}
