import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { createLogger } from '@icmp-mon/platform/ops';
import {
  eventually,
  testDatabase,
  type TestDatabases,
  testServices,
  testTopicPrefix,
} from '@icmp-mon/platform/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Housekeeping } from './housekeeping';
import { HOUSEKEEPING } from './housekeeping-tasks';

const prefix = `${testTopicPrefix()}:jobs`;
const logger = createLogger('test');
const told = vi.spyOn(logger, 'info');
const warned = vi.spyOn(logger, 'warn');
const looks = vi.spyOn(Queue.prototype, 'getJobSchedulers');
let databases: TestDatabases;
let control: ControlDatabase;
let telemetry: TelemetryDatabase;
let redis: Redis;
let housekeeping: Housekeeping;

beforeAll(async () => {
  databases = await testDatabase('both');
  control = new ControlDatabase({ url: databases.controlUrl });
  telemetry = new TelemetryDatabase({ url: databases.telemetryUrl });
  const { redisUrl } = testServices();
  redis = new Redis(redisUrl);
  const retention = { resultsKeptDays: 30, hourlyKeptDays: 396, statusChangesKeptDays: 396, agentMetricsKeptDays: 30 };
  housekeeping = new Housekeeping({
    redisUrl,
    prefix,
    control,
    telemetry,
    telemetryUrl: databases.telemetryUrl,
    retention,
    logger,
    scheduleLookMs: 200,
  });
});

afterAll(async () => {
  await housekeeping.stop();
  await redis.quit();
  await control.close();
  await telemetry.close();
  await databases.drop();
});

/** Empties what this test's queue has in Redis, as one that came back without its data. */
async function forgetQueue(): Promise<number> {
  let removed = 0;
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1_000 }) as AsyncIterable<string[]>) {
    if (keys.length > 0) removed += await redis.del(keys);
  }
  return removed;
}

const tasksRun = (): Set<unknown> =>
  new Set(
    told.mock.calls.map(([fields]) =>
      typeof fields === 'object' && fields !== null ? Reflect.get(fields, 'task') : null,
    ),
  );

it('runs every task when it starts, and again after Redis came back empty', async () => {
  housekeeping.start();
  const all = expect.arrayContaining(Object.keys(HOUSEKEEPING));
  await eventually(() => expect([...tasksRun()]).toEqual(all), { withinMs: 20_000 });
  // What is there is left alone; looks come one after the other.
  await eventually(() => expect(looks.mock.calls.length).toBeGreaterThan(2));
  expect(warned.mock.calls).toEqual([]);
  told.mockClear();
  expect(await forgetQueue()).toBeGreaterThan(0);
  await eventually(() => expect([...tasksRun()]).toEqual(all), { withinMs: 20_000 });
});
