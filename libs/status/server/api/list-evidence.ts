import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { decodeNumberCursor, encodeNumberCursor } from '@icmp-mon/platform/paging';
import type { EvidenceEntry, EvidencePage } from '@icmp-mon/status/contract';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { checkedTarget, type CheckReference } from './checked-target';

const CURSOR = 'evidence';
const FIRST = [Number.MAX_SAFE_INTEGER, 0];

/** Lists the evidence log of one check, newest first. */
export class ListEvidence extends Query<EvidencePage> {
  constructor(
    readonly of: CheckReference,
    readonly page: { limit: number; cursor?: string },
  ) {
    super();
  }
}

@QueryHandler(ListEvidence)
export class ListEvidenceHandler implements IQueryHandler<ListEvidence> {
  constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly targets: TargetDirectory,
  ) {}

  /** @throws DomainError `not_found`; `ambiguous` with the candidates; `invalid` for a cursor of another list */
  async execute({ of, page: { limit, cursor } }: ListEvidence): Promise<EvidencePage> {
    const { target, check } = await checkedTarget(this.targets, of);
    const before = cursor === undefined ? FIRST : decodeNumberCursor(CURSOR, cursor, 2);
    const rows = await this.telemetry.query<{ chain: number; entry: number; line: string }>(
      `SELECT chain, entry, line FROM check_evidence
       WHERE target_key = $1 AND check_no = $2 AND (chain, entry) < ($3::bigint, $4::bigint)
       ORDER BY chain DESC, entry DESC LIMIT $5`,
      [target.key, check, ...before, limit + 1],
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(({ line }) => JSON.parse(line) as EvidenceEntry),
      next: last && rows.length > limit ? encodeNumberCursor(CURSOR, [last.chain, last.entry]) : null,
    };
  }
}
