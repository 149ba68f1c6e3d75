import type { Scope } from '@icmp-mon/identity/contract';
import { Batching } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { TargetExists } from './target-exists';
import { idsInScope } from './target-list/scope-condition';

interface Wanted {
  tier: string;
  vrf: string;
  ip: string;
}

/** Facts that a registration needs before it appends its event. */
export interface Checked {
  /** A new key; if it is not used, it remains a gap. */
  key: number;
  tierExists: boolean;
  /** Id of the target that already has the address; null if none. */
  takenBy: string | null;
}

const CHECK = `
  SELECT nextval('target_key_seq') AS key, tier.name IS NOT NULL AS "tierExists", taken.id AS "takenBy"
  FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (tier text, vrf text, ip inet)) WITH ORDINALITY AS wanted (tier, vrf, ip, nr)
  LEFT JOIN tier ON tier.name = wanted.tier AND tier.successor IS NULL
  LEFT JOIN target_list taken ON taken.vrf = wanted.vrf AND taken.ip = wanted.ip
  ORDER BY wanted.nr`;

/** Looks up tiers and addresses and allocates keys for registrations, with one statement for concurrent requests. */
@Injectable()
export class AddressCheck {
  private readonly checks: Batching<Wanted, Checked>;

  constructor(private readonly database: ControlDatabase) {
    this.checks = new Batching({ batchMax: 250, concurrentMax: 2 }, (wanted) =>
      database.query<Checked>(CHECK, [JSON.stringify(wanted)]),
    );
  }

  checkAddress(wanted: Wanted): Promise<Checked> {
    return this.checks.askBatched(wanted);
  }

  /** Returns the error of a registration whose address was registered concurrently. */
  async takenError({ ip, vrf }: Pick<Wanted, 'ip' | 'vrf'>, scope: Scope, cause: unknown): Promise<DomainError> {
    const [row] = await this.database.query<{ id: string }>(
      'SELECT id FROM target_list WHERE vrf = $1 AND ip = $2::inet',
      [vrf, ip],
    );
    if (row !== undefined) return this.existsError({ ip, vrf }, row.id, scope);
    // Removed between the conflict and this query: a retry will succeed.
    return new DomainError('conflict', `${ip} was a target until just now. Retry the request.`, undefined, { cause });
  }

  /** Returns the error for an address that is a target already; a caller with a scope learns nothing about one outside of it. */
  async existsError({ ip, vrf }: Pick<Wanted, 'ip' | 'vrf'>, id: string, scope: Scope): Promise<DomainError> {
    const isVisible = scope === null || (await idsInScope(this.database, [id], scope)).has(id);
    if (isVisible) return new TargetExists(ip, vrf, id);
    const detail = 'cannot be registered within your scope. Ask an administrator';
    return new DomainError('conflict', `${ip} in VRF ${vrf} ${detail}.`, [{ pointer: '#/ip', detail }]);
  }
}
