import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { DAY_MS, HOUR_MS, HousekeepingTasks, inSteps } from '@icmp-mon/platform/plugins';
import { Module } from '@nestjs/common';

/** Rows that one statement deletes. */
const ANSWERS_PER_STEP = 10_000;

/** The HTTP API's part of the worker: deletes answers stored by Idempotency-Key after one day. */
@Module({})
export class HttpWorkerModule {
  constructor(control: ControlDatabase, tasks: HousekeepingTasks) {
    tasks.plug({
      name: 'idempotency-keys',
      everyMs: HOUR_MS,
      runTask: ({ nowMs }) => inSteps(ANSWERS_PER_STEP, () => forgetAnswers(control, new Date(nowMs - DAY_MS))),
    });
  }
}

function forgetAnswers(sql: Sql, olderThan: Date): Promise<number> {
  return sql.execute(
    `DELETE FROM idempotency_key WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM idempotency_key WHERE created_at < $1 ORDER BY created_at LIMIT ${ANSWERS_PER_STEP}))`,
    [olderThan],
  );
}
