import type { CheckType } from '@icmp-mon/probing/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { decodeNumberCursor, encodeNumberCursor } from '@icmp-mon/platform/paging';
import {
  CHECK_STATUSES,
  type CheckStatus,
  type Judged,
  JudgedTargets,
  type ValidationPage,
} from '@icmp-mon/status/contract';
import { parseScope, TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type CheckStatusRow, validationView } from './list-target-checks';

const CURSOR = 'validation';
const RANK = `array_position(ARRAY['${CHECK_STATUSES.join("', '")}'], c.status)`;

/** Checks with their statuses as shown: `$1` and `$2` are the shards and tiers that were not judged, `$3` the keys of the scope. */
const SHOWN = `
  WITH late AS (SELECT * FROM unnest($1::integer[], $2::text[]) AS l(shard, tier)),
  c AS (
    SELECT s.target_key, s.check_no, s.target_id, host(s.ip) AS ip, s.vrf, s.tier, s.type, s.port, s.since, s.last_proof_at, s.last_answer,
           s.reason, s.shard,
           CASE WHEN s.status = 'as_expected' AND EXISTS (SELECT FROM late WHERE late.shard = s.shard AND late.tier = s.tier)
                THEN 'untested' ELSE s.status END AS status
    FROM check_status s WHERE $3::integer[] IS NULL OR s.target_key = ANY ($3::integer[]))`;

interface ItemRow extends CheckStatusRow {
  target_key: number;
  target_id: string;
  ip: string;
  vrf: string;
  type: CheckType;
  port: number | null;
  rank: number;
}

export interface ValidationQuery {
  status?: CheckStatus;
  filter?: string;
  limit: number;
  cursor?: string;
}

/** Lists the checks that expect `unreachable` of all targets, worst first. */
export class ListValidation extends Query<ValidationPage> {
  constructor(
    readonly query: ValidationQuery,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ListValidation)
export class ListValidationHandler implements IQueryHandler<ListValidation> {
  constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly targets: TargetDirectory,
    private readonly judged: JudgedTargets,
  ) {}

  /** @throws DomainError `invalid` for a cursor that was not issued by this list, or a filter that is not valid */
  async execute({ query, scope }: ListValidation): Promise<ValidationPage> {
    const judged = await this.judged.now();
    const after = query.cursor === undefined ? [0, 0, 0] : decodeNumberCursor(CURSOR, query.cursor, 3);
    const limited = [...lateTiers(judged), await this.keysOf(query.filter, scope)];
    const [counted, rows] = await Promise.all([
      this.telemetry.query<{ status: CheckStatus; count: number }>(
        `${SHOWN} SELECT status, count(*)::integer AS count FROM c GROUP BY status`,
        limited,
      ),
      this.telemetry.query<ItemRow>(
        `${SHOWN} SELECT c.*, ${RANK} AS rank FROM c
         WHERE ($4::text IS NULL OR c.status = $4) AND (${RANK}, c.target_key, c.check_no) > ($5::integer, $6::integer, $7::integer)
         ORDER BY ${RANK}, c.target_key, c.check_no LIMIT $8`,
        [...limited, query.status ?? null, ...after, query.limit + 1],
      ),
    ]);
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const known = await this.targets.byKeys([...new Set(page.map(({ target_key }) => target_key))], scope);
    return {
      items: page.map((row) => ({
        ...{ targetId: row.target_id, ip: row.ip, vrf: row.vrf, name: known.get(row.target_key)?.name ?? null },
        ...{ tier: row.tier, check: row.check_no, type: row.type, port: row.port },
        ...validationView(row, judged.covers({ key: row.target_key, tier: row.tier })),
      })),
      counts: Object.fromEntries(
        CHECK_STATUSES.map((status) => [status, counted.find((each) => each.status === status)?.count ?? 0]),
      ) as ValidationPage['counts'],
      next:
        last === undefined || rows.length <= query.limit
          ? null
          : encodeNumberCursor(CURSOR, [last.rank, last.target_key, last.check_no]),
      asOf: judged.oldest,
    };
  }

  /** Returns the keys of the targets that the caller may see and the filter selects; null for all. */
  private async keysOf(filter: string | undefined, scope: Scope): Promise<number[] | null> {
    const text = filter?.trim() ?? '';
    if (text !== '') {
      const parsed = parseScope(text);
      if (!parsed.ok) throw invalidFilter(parsed.fault.detail);
    }
    const parts = [scope, text === '' ? null : text].filter((part) => part !== null);
    if (parts.length === 0) return null;
    // The inventory is in another database.
    return this.targets.keysInScope(parts.map((part) => `(${part})`).join(' AND '));
  }
}

function invalidFilter(detail: string): DomainError {
  return new DomainError('invalid', `The filter is not valid: ${detail}`, [{ pointer: '?filter', detail }]);
}

/** Returns shards and tiers that were not judged, pairwise. */
function lateTiers({ notJudged }: Judged): [number[], string[]] {
  const pairs = notJudged.flatMap(({ shards, tiers }) =>
    shards.flatMap((shard) => tiers.map((tier) => [shard, tier] as const)),
  );
  return [pairs.map(([shard]) => shard), pairs.map(([, tier]) => tier)];
}
