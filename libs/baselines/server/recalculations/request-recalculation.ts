import { type RecalculateRequest, type Recalculation, RECALCULATION_LIMITS } from '@icmp-mon/baselines/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { keepAnswer } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { Installation } from '@icmp-mon/platform/plugins';
import { shardOf } from '@icmp-mon/probing/contract';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RECALCULATION_CHANNEL } from '../shard-runs/baselines.queue';
import { readRecalculation } from './recalculation-rows';

/** Requests that the baselines of shards are calculated again. The worker does it. */
export class RequestRecalculation extends Command<Recalculation> {
  constructor(
    readonly request: RecalculateRequest,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(RequestRecalculation)
export class RequestRecalculationHandler implements ICommandHandler<RequestRecalculation> {
  constructor(
    private readonly control: ControlDatabase,
    private readonly targets: TargetDirectory,
    private readonly installation: Installation,
  ) {}

  /** @throws DomainError `invalid` (shards, or shards and targets), `not_found` (targets), `too_many_requests` */
  async execute({ request, metadata }: RequestRecalculation): Promise<Recalculation> {
    const { shardCount } = this.installation;
    const keys: number[] = [];
    for (const id of request.targets ?? []) keys.push((await this.targets.findTarget(id, undefined, null)).key);
    const shards = shardsOf(request, keys, shardCount);
    return this.control.transaction(async (sql) => {
      await requirePlace(sql);
      const id = newId();
      await sql.execute(
        `INSERT INTO baseline_job (id, forget, scope, requested_by, correlation_id) VALUES ($1, $2::integer[], $3, $4, $5)`,
        [
          ...[id, request.forget === true ? keys : null, JSON.stringify(request)],
          ...[metadata.actor, metadata.correlationId],
        ],
      );
      await sql.execute('INSERT INTO baseline_shard (shard) SELECT unnest($1::smallint[]) ON CONFLICT DO NOTHING', [
        shards,
      ]);
      await sql.execute('INSERT INTO baseline_job_shard (job_id, shard) SELECT $1, unnest($2::smallint[])', [
        id,
        shards,
      ]);
      await sql.query('SELECT pg_notify($1, $2)', [RECALCULATION_CHANNEL, '']);
      const accepted = await readRecalculation(sql, id);
      await keepAnswer(sql, accepted);
      return accepted;
    });
  }
}

/** @throws DomainError `invalid` */
function shardsOf({ shards, targets }: RecalculateRequest, keys: readonly number[], shardCount: number): number[] {
  if (shards !== undefined && targets !== undefined)
    throw new DomainError('invalid', 'Give shards or targets, not both.');
  const wrong = shards?.find((shard) => shard >= shardCount);
  if (wrong !== undefined)
    throw new DomainError('invalid', `There is no shard ${wrong}: they are numbered from 0 to ${shardCount - 1}.`);
  if (targets !== undefined) return [...new Set(keys.map((key) => shardOf(key, shardCount)))];
  return [...new Set(shards ?? Array.from({ length: shardCount }, (_, shard) => shard))];
}

/** @throws DomainError `too_many_requests` */
async function requirePlace(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ['baseline_job']);
  const rows = await sql.query('SELECT FROM baseline_job WHERE finished_at IS NULL');
  if (rows.length < RECALCULATION_LIMITS.unfinished) return;
  throw new DomainError(
    'too_many_requests',
    `${rows.length} recalculations wait or run already. Wait for one of them.`,
  );
}
