import { setImmediate as turn } from 'node:timers/promises';
import { TRACES_TOPIC } from '@icmp-mon/paths/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { ReceivedMessage } from '@icmp-mon/platform/messaging';
import { decodeTrace } from '../trace-body';
import { type EarlierChange, nextChange, type PairTrace, TRACES_COMPARED } from './next-change';
import { type DecidedChange, storeChanges } from './store-changes';
import { readTraceRow, type TraceRow } from './trace-row';

/** Messages between two transactions are few, so that a batch is short. */
const PAIRS_PER_READ = 50;

/**
 * Stores the traces of agents, and decides which of them change a path, in one transaction.
 *
 *     internal.traces, by target ──▶ new rows of trace ──▶ compared with the traces before ──▶ path_change, numbered
 *
 * - Once: a trace is identified by its agent and id, so a repeated one makes neither a row nor a change.
 * - In order: a trace is compared only if it is the newest of its pair. A late one is stored, and counts as usual for those behind it.
 */
export class TracesProjection {
  static readonly group = 'traces';
  static readonly topics = [TRACES_TOPIC];

  async handle(sql: Sql, messages: readonly ReceivedMessage[]): Promise<void> {
    const rows = await readRows(messages);
    if (rows.length === 0) return;
    const isStored = await insertTraces(sql, rows);
    const stored = rows.filter((row) => isStored.delete(keyOf(row)));
    const pairs = [...Map.groupBy(stored, ({ report, agentId }) => `${report.targetId} ${agentId}`).values()];
    const changes: DecidedChange[] = [];
    for (let at = 0; at < pairs.length; at += PAIRS_PER_READ) {
      const some = pairs.slice(at, at + PAIRS_PER_READ);
      const before = await readEarlier(sql, some);
      for (const [index, pair] of some.entries()) {
        changes.push(...(await decideChanges(pair, before[index])));
      }
    }
    await storeChanges(sql, changes);
  }
}

interface Earlier {
  traces: PairTrace[];
  changes: EarlierChange[];
}

/** Work on one trace takes milliseconds, so that a batch, of one pair or of many, must not block the process. */
async function readRows(messages: readonly ReceivedMessage[]): Promise<TraceRow[]> {
  const rows: TraceRow[] = [];
  for (const message of messages) {
    rows.push(readTraceRow(message));
    await turn();
  }
  return rows;
}

const keyOf = ({ report, agentId }: TraceRow): string => `${report.id} ${agentId}`;

/** Inserts the rows that are not stored yet, and returns their keys. */
async function insertTraces(sql: Sql, rows: readonly TraceRow[]): Promise<Set<string>> {
  const column = (read: (row: TraceRow) => unknown): unknown[] => rows.map(read);
  const inserted = await sql.query<{ id: string; agentId: string }>(
    `INSERT INTO trace (id, agent_id, target_id, ip, at, received_at, cause, command_id, reason, detail, reached, hops, onset, body)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::inet[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::uuid[],
       $9::text[], $10::text[], $11::boolean[], $12::smallint[], $13::jsonb[], $14::bytea[])
     ON CONFLICT DO NOTHING RETURNING id::text AS id, agent_id::text AS "agentId"`,
    [
      column(({ report }) => report.id),
      column(({ agentId }) => agentId),
      column(({ report }) => report.targetId),
      column(({ report }) => report.trace.target),
      column(({ at }) => at),
      column(({ receivedAt }) => receivedAt),
      column(({ report }) => report.cause),
      column(({ report }) => report.commandId),
      column(({ report: { end } }) => (end.ok ? null : end.reason)),
      column(({ report: { end } }) => (end.ok ? null : end.detail)),
      column(({ reached }) => reached),
      column(({ hops }) => hops),
      column(({ onset }) => onset),
      column(({ body }) => Buffer.from(body)),
    ],
  );
  return new Set(inserted.map(({ id, agentId }) => `${id} ${agentId}`));
}

/** Returns of each pair the latest traces that were stored before, oldest first, and its changes since the oldest of them. */
async function readEarlier(sql: Sql, pairs: readonly TraceRow[][]): Promise<Earlier[]> {
  const columns = [
    pairs.map(([{ report }]) => report.targetId),
    pairs.map(([{ agentId }]) => agentId),
    pairs.map(([{ report }]) => report.trace.target),
  ];
  const rows = await sql.query<{ pair: number; id: string; at: Date; body: Buffer }>(
    `SELECT (p.pair - 1)::integer AS pair, t.id::text AS id, t.at, t.body
     FROM unnest($1::uuid[], $2::uuid[], $3::inet[]) WITH ORDINALITY AS p (target_id, agent_id, ip, pair)
     CROSS JOIN LATERAL (
       SELECT id, at, body FROM trace
       WHERE target_id = p.target_id AND agent_id = p.agent_id AND ip = p.ip AND id <> ALL ($4::uuid[])
       ORDER BY at DESC, id DESC LIMIT ${TRACES_COMPARED}) t
     ORDER BY p.pair, t.at, t.id`,
    [...columns, pairs.flat().map(({ report }) => report.id)],
  );
  const changes = await sql.query<{ pair: number; at: Date; left: string[] }>(
    `SELECT (p.pair - 1)::integer AS pair, c.at, c."left"
     FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) WITH ORDINALITY AS p (target_id, agent_id, since, pair)
     JOIN path_change c ON c.target_id = p.target_id AND c.agent_id = p.agent_id AND c.at >= p.since`,
    [columns[0], columns[1], pairs.map((_, pair) => rows.find((row) => row.pair === pair)?.at ?? null)],
  );
  return pairs.map((_, pair) => ({
    traces: rows
      .filter((row) => row.pair === pair)
      .map(({ id, at, body }) => ({ id, at: at.toISOString(), trace: decodeTrace(body).trace })),
    changes: changes.filter((row) => row.pair === pair).map(({ at, left }) => ({ at: at.toISOString(), left })),
  }));
}

/** Decides in the order of the log, so that the division into batches has no effect. */
async function decideChanges(pair: readonly TraceRow[], { traces, changes }: Earlier): Promise<DecidedChange[]> {
  const known = [...traces];
  const decided: DecidedChange[] = [];
  for (const { report, agentId, at } of pair) {
    const isLate = known.some((trace) => trace.at > at);
    known.push({ id: report.id, at, trace: report.trace });
    known.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
    if (isLate) continue;
    await turn();
    const change = nextChange(known.slice(-TRACES_COMPARED), [...changes, ...decided]);
    if (change === null) continue;
    decided.push({ ...change, targetId: report.targetId, ip: report.trace.target, agentId, traceId: report.id, at });
  }
  return decided;
}
