import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { TierPolicy, TierView } from '@icmp-mon/tiers/contract';
import { Injectable } from '@nestjs/common';

interface TierRow {
  name: string;
  built_in: boolean;
  policy: TierPolicy;
  version: number;
  target_count: number;
}

const TIERS_MAX = 1_000;

const SELECT = `
  SELECT t.name, t.built_in, t.policy, t.version,
    (SELECT count(*) FROM target_list l WHERE l.tier = t.name) AS target_count
  FROM tier t`;

const tierView = (row: TierRow): TierView => ({
  name: row.name,
  builtIn: row.built_in,
  version: row.version,
  targetCount: row.target_count,
  probeIntervalMs: row.policy.probeIntervalMs,
  probeTimeoutMs: row.policy.probeTimeoutMs,
  checks: row.policy.checks,
  agentSelection: row.policy.agentSelection,
  verdictRule: row.policy.verdictRule,
});

/** Reads tiers with the number of targets in each. */
@Injectable()
export class Tiers {
  constructor(private readonly database: ControlDatabase) {}

  async list(): Promise<TierView[]> {
    const rows = await this.database.query<TierRow>(`${SELECT} ORDER BY t.name LIMIT ${TIERS_MAX}`);
    return rows.map(tierView);
  }

  /** @throws DomainError `not_found` */
  async get(name: string): Promise<TierView> {
    const [row] = await this.database.query<TierRow>(`${SELECT} WHERE t.name = $1`, [name]);
    if (row === undefined) throw new DomainError('not_found', 'There is no such tier. GET /api/v1/tiers lists them.');
    return tierView(row);
  }
}
