import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { whenProjected } from '@icmp-mon/platform/event-store';
import { instantOf } from '@icmp-mon/platform/http';
import { completePolicy, type StoredTierPolicy, type TierAtView } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { TIER_VERSIONS } from './tier-versions-projection';

interface VersionRow {
  version: number;
  built_in: boolean;
  policy: StoredTierPolicy;
  valid_from: Date;
  valid_to: Date | null;
}

/** Reads a tier as it was at an instant. */
export class ReadTierAt extends Query<TierAtView> {
  constructor(
    readonly name: string,
    readonly at: string,
  ) {
    super();
  }
}

@QueryHandler(ReadTierAt)
export class ReadTierAtHandler implements IQueryHandler<ReadTierAt> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `invalid` (at), `not_found` if it did not exist then, `unavailable` while the history is behind */
  async execute({ name, at: text }: ReadTierAt): Promise<TierAtView> {
    const nowMs = Date.now();
    const at = new Date(instantOf('at', text, nowMs));
    if (at.getTime() > nowMs) {
      const detail = `at must not be in the future: it is ${new Date(nowMs).toISOString()} now.`;
      throw new DomainError('invalid', detail, [{ pointer: '?at', detail }]);
    }
    await whenProjected(this.database, TIER_VERSIONS, at);
    const [row] = await this.database.query<VersionRow>(
      `SELECT version, built_in, policy, lower(valid) AS valid_from, upper(valid) AS valid_to
       FROM tier_version WHERE name = $1 AND valid @> $2::timestamptz`,
      [name, at],
    );
    if (row === undefined) {
      throw new DomainError(
        'not_found',
        `The tier did not exist at ${at.toISOString()}. GET /api/v1/tiers/${name}/versions lists its changes.`,
      );
    }
    return {
      ...completePolicy(row.policy),
      ...{ name, builtIn: row.built_in, version: row.version, at: at.toISOString() },
      ...{ validFrom: row.valid_from.toISOString(), validTo: row.valid_to?.toISOString() ?? null },
    };
  }
}
