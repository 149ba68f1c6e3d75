import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { didYouMean } from '@icmp-mon/platform/text';
import { Injectable } from '@nestjs/common';

const TIERS_MAX = 1_000;

/** Names of the existing tiers, to check requests that name one. */
@Injectable()
export class TierNames {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `invalid` if no tier has this name. A tier that is being removed has: whether the target may keep it, the append decides. */
  async requireKnownTier(name: string): Promise<void> {
    const rows = await this.database.query('SELECT FROM tier WHERE name = $1', [name]);
    if (rows.length === 0) throw await this.unknownTier(name);
  }

  /** @throws DomainError `invalid` at the pointer if no tier has this name, or it is being removed */
  async requireTier(name: string, pointer = '#/tier'): Promise<void> {
    const rows = await this.database.query('SELECT FROM tier WHERE name = $1 AND successor IS NULL', [name]);
    if (rows.length === 0) throw await this.unknownTier(name, pointer);
  }

  /** Returns the error for a tier that does not exist or is being removed, with the most similar tier name. */
  async unknownTier(name: string, pointer = '#/tier'): Promise<DomainError> {
    const rows = await this.database.query<{ name: string }>(
      `SELECT name FROM tier WHERE successor IS NULL ORDER BY name LIMIT ${TIERS_MAX}`,
    );
    const names = rows.map((row) => row.name);
    const detail = `There is no tier "${name}"${didYouMean(name, names)} GET /api/v1/tiers lists them.`;
    return new DomainError('invalid', detail, [{ pointer, detail }]);
  }
}
