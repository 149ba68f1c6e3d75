import type { DrainJob } from '@icmp-mon/agents/contract';
import { HeldTargets } from '@icmp-mon/assignment/contract';
import { keptByCost, ShortCache } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DRAIN_COLUMNS, drainJobOf, type DrainJobRow, readDrainedAgents } from './drain-job-rows';

/** Jobs of one answer: the unfinished ones, and the latest others. */
const LISTED_JOBS = 20;
/** The counts of targets in the list are this old, or older if counting takes long. */
const KEPT_MS = 1_000;

/** Drain jobs: the unfinished ones first, then the latest. */
export class ListDrainJobs extends Query<{ items: DrainJob[] }> {}

@QueryHandler(ListDrainJobs)
export class ListDrainJobsHandler implements IQueryHandler<ListDrainJobs> {
  /** The portal reads the list every 2 s on each open page. */
  private readonly counts = new ShortCache<ReadonlyMap<string, number>>({ entriesMax: 1, keptMs: keptByCost(KEPT_MS) });

  constructor(
    private readonly control: ControlDatabase,
    private readonly held: HeldTargets,
  ) {}

  async execute(): Promise<{ items: DrainJob[] }> {
    const rows = await this.control.query<DrainJobRow>(
      `SELECT ${DRAIN_COLUMNS} FROM agent_drain_job ORDER BY finished_at IS NOT NULL, requested_at DESC LIMIT ${LISTED_JOBS}`,
    );
    const ids = [...new Set(rows.flatMap(({ agents }) => agents))];
    const agents = await readDrainedAgents(this.control, ids, {
      byAgent: (asked) => this.counts.get(asked.join(), () => this.held.byAgent(asked)),
    });
    return {
      items: rows.map((row) => {
        const ofJob = new Set(row.agents);
        return drainJobOf(
          row,
          agents.filter(({ id }) => ofJob.has(id)),
        );
      }),
    };
  }
}
