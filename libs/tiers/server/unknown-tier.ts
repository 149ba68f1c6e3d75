import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { didYouMean } from '@icmp-mon/platform/text';
import { TIER_LIMITS } from '@icmp-mon/tiers/contract';
import { Injectable } from '@nestjs/common';

/** Makes the error for a tier that does not exist, with the most similar tier name. */
@Injectable()
export class UnknownTier {
  constructor(private readonly database: ControlDatabase) {}

  async notFound(name: string): Promise<DomainError> {
    const rows = await this.database.query<{ name: string }>(
      `SELECT name FROM tier ORDER BY name LIMIT ${TIER_LIMITS.tiers}`,
    );
    const names = rows.map((row) => row.name);
    return new DomainError('not_found', `Tier not found${didYouMean(name, names)} GET /api/v1/tiers lists all tiers.`);
  }
}
