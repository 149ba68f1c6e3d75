import { COMMAND_RESULTS_TOPIC, type CommandResult } from '@icmp-mon/commands/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { ReceivedMessage } from '@icmp-mon/platform/messaging';
import { COMMAND, dispatch, end, type Part } from '../command';
import { notifyChange, readParts } from '../command-parts';
import { foldResults, type PartChange } from './fold-results';
import { readResult } from './read-result';

/**
 * Stores the reports of agents about commands, and ends commands.
 *
 *     internal.command-results, by command ──▶ fold ──▶ parts, trails ──▶ all ended? ──▶ event of the end
 *
 * - Once: a part changes only while it is unfinished, so a repeated, late or overtaken report has no effect. The trace of one that runs is
 *   replaced by newer ones only.
 * - Expiry in order: the expiry is a message of the same topic and key, so a report that arrived before it counts, regardless of when it is read.
 * - Locks: the command's row is locked before its stream is appended to, as by every writer of a command.
 */
export class CommandResultsProjection {
  static readonly group = 'command-results';
  static readonly topics = [COMMAND_RESULTS_TOPIC];

  constructor(private readonly store: EventStore) {}

  async handle(sql: Sql, messages: readonly ReceivedMessage[]): Promise<void> {
    const byCommand = Map.groupBy(messages.map(readResult), commandIdOf);
    // In one order in every transaction, so that two batches never wait for each other.
    for (const id of [...byCommand.keys()].sort()) await this.applyResults(sql, id, byCommand.get(id) ?? []);
    await notifyChange(sql);
  }

  private async applyResults(sql: Sql, id: string, results: readonly CommandResult[]): Promise<void> {
    const [command] = await sql.query<{ change: number; correlationId: string; ip: string }>(
      `SELECT change, correlation_id AS "correlationId", host(ip) AS ip FROM command
       WHERE id = $1 AND state IN ('requested', 'running') FOR UPDATE`,
      [id],
    );
    if (command === undefined) return;
    const { parts, hasExpired } = foldResults(results.filter((result) => isOfTarget(result, command.ip)));
    const change = command.change + 1;
    await storeParts(sql, id, parts, change);
    if (hasExpired) await expireParts(sql, id, change);
    await storeTrails(sql, id, parts);
    await this.recordProgress(sql, id, change, command.correlationId);
  }

  /** Appends the events that the parts cause, and stores the command's state. */
  private async recordProgress(sql: Sql, id: string, change: number, correlationId: string): Promise<void> {
    const parts = await readParts(sql, id);
    const metadata = { actor: 'system:commands', causationId: null, correlationId };
    const { state, events } = await this.store.executeWithin(
      ...([sql, COMMAND, id] as const),
      (record) => [...(wasReceived(parts) ? dispatch(record, id) : []), ...end(record, id, parts)],
      { metadata },
    );
    const last = events.at(-1)?.type;
    const ended = last === undefined ? undefined : ENDED_BY[last];
    await sql.execute(
      `UPDATE command SET change = $2, state = coalesce($3, CASE WHEN $4 THEN 'running' ELSE state END),
         ended_at = CASE WHEN $3::text IS NULL THEN ended_at ELSE now() END WHERE id = $1`,
      [id, change, ended ?? null, state.kind === 'open' && state.isDispatched],
    );
  }
}

/** States of commands by the events of their end. */
const ENDED_BY: Partial<Record<string, string>> = {
  CommandCompleted: 'completed',
  CommandFailed: 'failed',
  CommandExpired: 'expired',
};

const commandIdOf = (result: CommandResult): string =>
  result.kind === 'expiry' ? result.commandId : result.report.commandId;

/** Whether the trace of a report, if it has one, is of the command's target. An agent that reports another one is broken, or lies. */
function isOfTarget(result: CommandResult, ip: string): boolean {
  const trace = result.kind === 'report' && 'trace' in result.report ? result.report.trace : undefined;
  return trace === undefined || trace.target === ip;
}

const wasReceived = (parts: readonly Part[]): boolean =>
  parts.some(({ state }) => state === 'running' || state === 'completed' || state === 'failed');

async function storeParts(sql: Sql, id: string, parts: readonly PartChange[], change: number): Promise<void> {
  if (parts.length === 0) return;
  await sql.execute(
    `UPDATE command_agent a SET state = p.state, reason = p.reason, detail = p.detail, attempts = p.attempts, change = $3,
       trace = coalesce(p.trace, a.trace), names = CASE WHEN p.trace IS NULL THEN a.names ELSE p.names END,
       progress = greatest(a.progress, p.progress),
       received_at = coalesce(a.received_at, p."receivedAt"), ended_at = CASE WHEN p.state <> 'running' THEN now() END
     FROM jsonb_to_recordset($2::jsonb)
       AS p ("agentId" uuid, state text, reason text, detail text, attempts jsonb, trace jsonb, names jsonb, progress integer,
         "receivedAt" timestamptz)
     WHERE a.command_id = $1 AND a.agent_id = p."agentId"
       AND (a.state = 'waiting' OR a.state = 'running' AND (p.state <> 'running' OR p.progress > a.progress))`,
    [id, JSON.stringify(parts), change],
  );
}

async function expireParts(sql: Sql, id: string, change: number): Promise<void> {
  await sql.execute(
    `UPDATE command_agent SET state = 'expired', ended_at = now(), change = $2
     WHERE command_id = $1 AND state IN ('waiting', 'running')`,
    [id, change],
  );
}

/** Stores the trail of each part once: that of the report which ended it. */
async function storeTrails(sql: Sql, id: string, parts: readonly PartChange[]): Promise<void> {
  const ended = parts.filter(({ state }) => state !== 'running');
  if (ended.length === 0) return;
  await sql.execute(
    `INSERT INTO command_trail (command_id, agent_id, lines)
     SELECT $1, p."agentId", p.trail FROM jsonb_to_recordset($2::jsonb) AS p ("agentId" uuid, trail jsonb)
     WHERE EXISTS (SELECT FROM command_agent a WHERE a.command_id = $1 AND a.agent_id = p."agentId")
     ON CONFLICT DO NOTHING`,
    [id, JSON.stringify(ended.map(({ agentId, trail }) => ({ agentId, trail })))],
  );
}
