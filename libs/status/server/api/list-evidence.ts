import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { decodeNumberCursor, encodeNumberCursor } from '@icmp-mon/platform/paging';
import { type EvidenceEntry, type EvidencePage, JudgedTargets, type OpenEvidence } from '@icmp-mon/status/contract';
import { TargetDirectory, type TargetReference } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { checkedTarget, type CheckReference } from './checked-target';
import { type CheckStatusRow, validationView } from './list-target-checks';

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
    private readonly judged: JudgedTargets,
  ) {}

  /** @throws DomainError `not_found`; `ambiguous` with the candidates; `invalid` for a cursor of another list */
  async execute({ of, page: { limit, cursor } }: ListEvidence): Promise<EvidencePage> {
    const { target, check } = await checkedTarget(this.targets, of);
    // Read before the entries, so that no entry is missing between them.
    const open = cursor === undefined ? await this.openEntry(target, check) : null;
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
      open,
      next: last && rows.length > limit ? encodeNumberCursor(CURSOR, [last.chain, last.entry]) : null,
    };
  }

  private async openEntry(target: TargetReference, check: number): Promise<EvidencePage['open']> {
    const judged = await this.judged.now();
    const [row] = await this.telemetry.query<CheckStatusRow & { open_entry: OpenEvidence }>(
      `SELECT status, reason, since, last_proof_at, last_answer, open_entry FROM check_status
       WHERE target_key = $1 AND check_no = $2`,
      [target.key, check],
    );
    if (row === undefined) return null;
    const { status, reason } = validationView(row, judged.covers(target));
    return { ...row.open_entry, status, reason };
  }
}
