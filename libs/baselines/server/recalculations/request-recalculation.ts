import type { RecalculateRequest, Recalculation } from '@icmp-mon/baselines/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { keepAnswer } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { Installation } from '@icmp-mon/platform/plugins';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RECALCULATION_CHANNEL } from '../shard-runs/baselines.queue';
import { requirePlace, shardsOf } from './recalculation-bounds';
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
