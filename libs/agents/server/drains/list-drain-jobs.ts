import type { DrainJob } from '@icmp-mon/agents/contract';
import { HeldTargets } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DRAIN_COLUMNS, drainJobOf, type DrainJobRow, readDrainedAgents } from './drain-job-rows';

/** Jobs of one answer: the unfinished ones, and the latest others. */
export const LISTED_JOBS = 20;

/** Drain jobs, the latest first. */
export class ListDrainJobs extends Query<{ items: DrainJob[] }> {}

@QueryHandler(ListDrainJobs)
export class ListDrainJobsHandler implements IQueryHandler<ListDrainJobs> {
  constructor(
    private readonly control: ControlDatabase,
    private readonly held: HeldTargets,
  ) {}

  async execute(): Promise<{ items: DrainJob[] }> {
    const rows = await this.control.query<DrainJobRow>(
      `SELECT ${DRAIN_COLUMNS} FROM agent_drain_job ORDER BY finished_at IS NOT NULL, requested_at DESC LIMIT ${LISTED_JOBS}`,
    );
    const ids = [...new Set(rows.flatMap(({ agents }) => agents))];
    const agents = await readDrainedAgents(this.control, ids, (asked) => this.held.byAgent(asked));
    return {
      items: rows.map((row) =>
        drainJobOf(
          row,
          agents.filter(({ id }) => row.agents.includes(id)),
        ),
      ),
    };
  }
}
