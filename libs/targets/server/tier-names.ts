import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { didYouMean } from '@icmp-mon/platform/text';
import { Injectable } from '@nestjs/common';

const TIERS_MAX = 1_000;

/** Which tiers there are, for requests that name one. */
@Injectable()
export class TierNames {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `invalid` at `#/tier` when there is none of this name */
  async require(name: string): Promise<void> {
    const rows = await this.database.query('SELECT FROM tier WHERE name = $1', [name]);
    if (rows.length === 0) throw await this.unknown(name);
  }

  /** Names the one that was probably meant. */
  async unknown(name: string): Promise<DomainError> {
    const rows = await this.database.query<{ name: string }>(`SELECT name FROM tier ORDER BY name LIMIT ${TIERS_MAX}`);
    const names = rows.map((row) => row.name);
    const detail = `There is no tier "${name}"${didYouMean(name, names)} GET /api/v1/tiers lists them.`;
    return new DomainError('invalid', detail, [{ pointer: '#/tier', detail }]);
  }
}
