import type { Readable } from 'node:stream';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { instantOf, invalidParameter, streamAfterFirst } from '@icmp-mon/platform/http';
import type { EvidenceChain, EvidenceHeader } from '@icmp-mon/status/contract';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { checkedTarget, type CheckReference } from './checked-target';

/** Entries that are read by one statement, when the client has taken those before. */
const PAGE = 500;
const BOUNDED = `target_key = $1 AND check_no = $2 AND ($3::timestamptz IS NULL OR ends_at > $3) AND ($4::timestamptz IS NULL OR begins_at < $4)`;

interface ChainRow {
  shard: number;
  chain: number;
  first: number;
  last: number;
  hash: string;
}

/** Exports the evidence log of one check as NDJSON, oldest first: what it contains, then the entries as they were sealed. */
export class ReadEvidenceExport extends Query<Readable> {
  constructor(
    readonly of: CheckReference,
    readonly bounds: { from?: string; to?: string },
  ) {
    super();
  }
}

@QueryHandler(ReadEvidenceExport)
export class ReadEvidenceExportHandler implements IQueryHandler<ReadEvidenceExport> {
  constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly targets: TargetDirectory,
  ) {}

  /** Returns the stream after its first line was read. @throws DomainError `not_found`; `ambiguous`; `invalid` naming the parameter */
  async execute({ of, bounds }: ReadEvidenceExport): Promise<Readable> {
    const [from, until] = boundsOf(bounds, Date.now());
    const { target, check } = await checkedTarget(this.targets, of);
    const params = [target.key, check, from, until];
    const chains = await this.telemetry.query<ChainRow>(
      `SELECT c.*, e.line::json->>'hash' AS hash
       FROM (SELECT shard, chain, min(entry) AS first, max(entry) AS last
             FROM check_evidence WHERE ${BOUNDED} GROUP BY shard, chain) c
       JOIN check_evidence e ON e.target_key = $1 AND e.check_no = $2 AND e.chain = c.chain AND e.entry = c.last
       ORDER BY c.chain`,
      params,
    );
    const header: EvidenceHeader = {
      evidence: 'icmpmon/1',
      target: target.id,
      check,
      from,
      until,
      chains: chains.map(chainOf),
    };
    return streamAfterFirst(this.linesOf(header, chains, params));
  }

  private async *linesOf(
    header: EvidenceHeader,
    chains: readonly ChainRow[],
    params: readonly unknown[],
  ): AsyncGenerator<string> {
    yield `${JSON.stringify(header)}\n`;
    for (const { chain, first, last } of chains) {
      // Entries that were sealed since the first line was written are not included.
      for (let entry = first; entry <= last; entry += PAGE) {
        const rows = await this.telemetry.query<{ line: string }>(
          `SELECT line FROM check_evidence WHERE ${BOUNDED} AND chain = $5 AND entry BETWEEN $6 AND $7 ORDER BY entry`,
          [...params, chain, entry, Math.min(entry + PAGE - 1, last)],
        );
        if (rows.length > 0) yield `${rows.map(({ line }) => line).join('\n')}\n`;
      }
    }
  }
}

/** Returns the bounds as ISO 8601; null without one. */
function boundsOf({ from, to }: ReadEvidenceExport['bounds'], nowMs: number): [string | null, string | null] {
  const fromMs = from === undefined ? null : instantOf('from', from, nowMs);
  const toMs = to === undefined ? null : instantOf('to', to, nowMs);
  if (fromMs !== null && toMs !== null && fromMs >= toMs) throw invalidParameter('from', 'from must be before to.');
  return [fromMs === null ? null : new Date(fromMs).toISOString(), toMs === null ? null : new Date(toMs).toISOString()];
}

function chainOf({ shard, chain, first, last, hash }: ChainRow): EvidenceChain {
  return { chain: `${shard}:${chain}`, firstEntry: first, lastEntry: last, lastHash: hash };
}
