import { DRAIN_AGENTS_MAX, DRAIN_WAIT_S, type DrainAgentsRequest, type DrainJob } from '@icmp-mon/agents/contract';
import { HeldTargets } from '@icmp-mon/assignment/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { keepAnswer } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { readDrainJob } from './drain-job-rows';

const UNFINISHED_JOBS_MAX = 10;

/** Requests a job that drains several agents, some at a time. The worker runs it. */
export class RequestDrain extends Command<DrainJob> {
  constructor(
    readonly request: DrainAgentsRequest,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(RequestDrain)
export class RequestDrainHandler implements ICommandHandler<RequestDrain> {
  constructor(
    private readonly control: ControlDatabase,
    private readonly held: HeldTargets,
  ) {}

  /** @throws DomainError `invalid` for a selection without agents, or with too many; `too_many_requests` */
  async execute({ request, metadata }: RequestDrain): Promise<DrainJob> {
    const agents = await selectDrained(this.control, request);
    // Before the transaction, which holds a lock and a connection: each count needs a connection of its own.
    const [shortfall, counts] = await Promise.all([this.held.countShort(), this.held.byAgent(agents)]);
    return this.control.transaction(async (sql) => {
      await requirePlace(sql);
      const { atOnce = 1, waitS = DRAIN_WAIT_S, reason = null } = request;
      const jobId = newId();
      await sql.execute(
        `INSERT INTO agent_drain_job (id, agents, at_once, wait_s, reason, requested_by, correlation_id, shortfall)
         VALUES ($1, $2::uuid[], $3, $4, $5, $6, $7, $8)`,
        [jobId, agents, atOnce, waitS, reason, metadata.actor, metadata.correlationId, shortfall],
      );
      const job = await readDrainJob(sql, jobId, { byAgent: () => Promise.resolve(counts) });
      await keepAnswer(sql, job);
      return job;
    });
  }
}

/**
 * Returns the agents of a request, ordered by name.
 * @throws DomainError `invalid` if it selects none, or too many
 */
async function selectDrained(sql: Sql, { agents, region, provider, tags = {} }: DrainAgentsRequest): Promise<string[]> {
  const selected = await sql.query<{ id: string }>(
    `SELECT id FROM agent WHERE state IN ('active', 'draining') AND ($1::uuid[] IS NULL OR id = ANY ($1::uuid[]))
       AND region = coalesce($2, region) AND provider = coalesce($3, provider) AND tags @> $4::jsonb
     ORDER BY name LIMIT ${DRAIN_AGENTS_MAX + 1}`,
    [agents ?? null, region ?? null, provider ?? null, JSON.stringify(tags)],
  );
  if (selected.length > DRAIN_AGENTS_MAX)
    throw new DomainError('invalid', `At most ${DRAIN_AGENTS_MAX} agents per job.`);
  if (selected.length > 0) return selected.map(({ id }) => id);
  throw new DomainError('invalid', 'No agent in service matches. List the agents, and select others.');
}

/** @throws DomainError `too_many_requests` */
async function requirePlace(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ['agent_drain_job']);
  const rows = await sql.query('SELECT FROM agent_drain_job WHERE finished_at IS NULL');
  if (rows.length < UNFINISHED_JOBS_MAX) return;
  throw new DomainError('too_many_requests', `${rows.length} drain jobs run already. Wait for one, or cancel it.`);
}
