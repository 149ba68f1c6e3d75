import { type CommandAgent, type CommandSummary, type CommandView, summaryOf } from '@icmp-mon/commands/contract';
import { ActorNames, type Scope } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import {
  AGENT_COLUMNS,
  type AgentRow,
  COMMAND_COLUMNS,
  commandAgent,
  type CommandRow,
  commandSummary,
  countsOf,
} from './command-rows';

/** Reads commands for their views, within the caller's scope. */
@Injectable()
export class ReadCommands {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly names: ActorNames,
  ) {}

  /** @throws DomainError `not_found`, also for a command of a target that is not in the scope */
  async readView(sql: Sql, id: string, scope: Scope): Promise<CommandView> {
    const row = await this.requireRow(sql, id, scope);
    return this.viewOf(sql, row, await this.namesOf([row]));
  }

  /** Returns the view of a command in the transaction that made it. `names` are read before, because that needs a connection. */
  async readNew(sql: Sql, id: string, names: ReadonlyMap<string, string>): Promise<CommandView> {
    return this.viewOf(sql, await this.requireRow(sql, id, null), names);
  }

  /** Returns the parts that changed after change number `after`. */
  async readAgents(sql: Sql, id: string, after: number): Promise<CommandAgent[]> {
    const rows = await sql.query<AgentRow>(
      `SELECT ${AGENT_COLUMNS} FROM command_agent a JOIN command c ON c.id = a.command_id
       WHERE a.command_id = $1 AND a.change > $2 ORDER BY a.name, a.agent_id`,
      [id, after],
    );
    return rows.map((row) => commandAgent(row, summaryOf(row.attempts)));
  }

  /** @throws DomainError `not_found` */
  async requireRow(sql: Sql, id: string, scope: Scope): Promise<CommandRow> {
    const [row] = await sql.query<CommandRow>(`SELECT ${COMMAND_COLUMNS} FROM command c WHERE id = $1`, [id]);
    const isVisible =
      row !== undefined && (scope === null || (await this.targets.byKeys([row.target_key], scope)).size > 0);
    if (isVisible) return row;
    throw new DomainError('not_found', `There is no command ${id}. GET /api/v1/commands lists those of 30 days.`);
  }

  /** Returns rows for lists, with the names of their callers. */
  async summaries(rows: readonly CommandRow[]): Promise<CommandSummary[]> {
    const names = await this.namesOf(rows);
    return rows.map((row) => commandSummary(row, names.get(row.requested_by) ?? null));
  }

  /** Returns the names of the callers who requested commands. */
  namesOf(rows: readonly Pick<CommandRow, 'requested_by'>[]): Promise<Map<string, string>> {
    return this.names.namesOf([...new Set(rows.map(({ requested_by }) => requested_by))]);
  }

  private async viewOf(sql: Sql, row: CommandRow, names: ReadonlyMap<string, string>): Promise<CommandView> {
    const agents = await this.readAgents(sql, row.id, -1);
    const { agents: _counts, ...summary } = commandSummary(row, names.get(row.requested_by) ?? null);
    return { ...summary, counts: countsOf(agents), agents, change: row.change };
  }
}
