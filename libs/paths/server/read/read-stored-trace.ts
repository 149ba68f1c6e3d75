import { AgentSites } from '@icmp-mon/agents/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { mtrTable, PATH_LIMITS, type StoredTrace } from '@icmp-mon/paths/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AsNumbers } from '../as-numbers/as-numbers';
import { decodeTrace } from '../trace-body';
import { SUMMARY_COLUMNS, summaryOf, type SummaryRow } from './trace-rows';

/** Reads one stored trace with all its probes, if its target is in the scope. */
export class ReadStoredTrace extends Query<StoredTrace> {
  constructor(
    readonly id: string,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadStoredTrace)
export class ReadStoredTraceHandler implements IQueryHandler<ReadStoredTrace> {
  constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly targets: TargetDirectory,
    private readonly agents: AgentSites,
    private readonly asNumbers: AsNumbers,
  ) {}

  /** @throws DomainError `not_found` */
  async execute({ id, scope }: ReadStoredTrace): Promise<StoredTrace> {
    // Ids are unique per agent; of an id that several agents used, the first trace counts.
    const [row] = await this.telemetry.query<SummaryRow & { targetId: string; body: Buffer }>(
      `SELECT ${SUMMARY_COLUMNS}, t.target_id::text AS "targetId", t.body FROM trace t WHERE t.id = $1
       ORDER BY t.received_at LIMIT 1`,
      [id],
    );
    if (row === undefined) throw notFound(id);
    await this.requireTarget(id, row.targetId, scope);
    const { trace, names } = decodeTrace(row.body);
    const [agents, asNumbers] = await Promise.all([
      this.agents.ofAgents([row.agentId]),
      this.asNumbers.ofAddresses([...trace.addresses, trace.target]),
    ]);
    const found = { names: { ...names }, asNumbers: Object.fromEntries(asNumbers) };
    return { ...summaryOf(row, agents), targetId: row.targetId, trace, ...found };
  }

  private async requireTarget(id: string, targetId: string, scope: Scope): Promise<void> {
    try {
      await this.targets.findRecorded(targetId, undefined, scope);
    } catch (error) {
      // The caller must not learn that a trace outside its scope exists.
      throw error instanceof DomainError && error.code === 'not_found' ? notFound(id) : error;
    }
  }
}

/** Returns a trace as mtr prints it. */
export const traceTable = ({ trace, agentName, agentId, names }: StoredTrace): string =>
  `${mtrTable(trace, agentName ?? agentId, names)}\n`;

const notFound = (id: string): DomainError =>
  new DomainError('not_found', `Trace ${id} not found. Traces are kept for ${PATH_LIMITS.tracesKeptDays} days.`);
