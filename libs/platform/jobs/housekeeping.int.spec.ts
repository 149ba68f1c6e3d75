import { DatabaseModule } from '@icmp-mon/platform/database';
import { MessagingModule } from '@icmp-mon/platform/messaging';
import {
  ContextApp,
  DAY_MS,
  HOUR_MS,
  HOUSEKEEPING_QUEUE,
  HousekeepingTasks,
  PluginsModule,
} from '@icmp-mon/platform/plugins';
import {
  eventually,
  testDatabase,
  type TestDatabases,
  testServices,
  testTopicPrefix,
} from '@icmp-mon/platform/testing';
import { type DynamicModule, Module } from '@nestjs/common';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HousekeepingModule, JobsModule, jobsPrefix } from './index';

const topicPrefix = testTopicPrefix();
const prefix = jobsPrefix(topicPrefix);
const { kafkaBrokers: brokers, redisUrl } = testServices();
const runs: string[] = [];
const YEAR_MS = 366 * DAY_MS;
const NAMES = ['counts', 'fails', 'forgets'];

@Module({})
class SampleContext {
  constructor(tasks: HousekeepingTasks) {
    const run = (name: string) => () => Promise.resolve(runs.push(name));
    tasks.plug(
      { name: 'counts', everyMs: HOUR_MS, runTask: run('counts') },
      { name: 'forgets', everyMs: HOUR_MS, runTask: run('forgets') },
      {
        name: 'fails',
        everyMs: HOUR_MS,
        runTask: () => {
          runs.push('fails');
          return Promise.reject(new Error('no room'));
        },
      },
    );
  }
}

@Module({})
class SampleApp {}

const looks = vi.spyOn(Queue.prototype, 'getJobSchedulers');
let databases: TestDatabases;
let redis: Redis;
let queue: Queue;
let app: ContextApp;

beforeAll(async () => {
  databases = await testDatabase('both');
  redis = new Redis(redisUrl);
  queue = new Queue(HOUSEKEEPING_QUEUE, { connection: { url: redisUrl }, prefix });
  const module: DynamicModule = {
    module: SampleApp,
    imports: [
      DatabaseModule.register({ telemetryUrl: databases.telemetryUrl }),
      MessagingModule.register({ brokers, topicPrefix, clientId: 'test' }),
      PluginsModule.register({ app: 'sample', topicPrefix, shardCount: 1, redisUrl }),
      JobsModule.register(),
      HousekeepingModule.register({ lookMs: 200 }),
      SampleContext,
    ],
  };
  app = new ContextApp('sample', () => ({ module, opsPort: 0 }));
  await app.start();
});

afterAll(async () => {
  await app.stop();
  await queue.close();
  await redis.quit();
  await databases.dropDatabases();
});

/** Deletes all keys of this test's queue, as in a Redis that lost its data. Returns their number. */
async function emptyQueue(): Promise<number> {
  let removed = 0;
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1_000 }) as AsyncIterable<string[]>) {
    if (keys.length > 0) removed += await redis.del(keys);
  }
  return removed;
}

/** Writes a schedule as a worker would whose clock is ten years ahead. */
async function scheduledByClockAhead(name: string): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * YEAR_MS });
  try {
    await queue.upsertJobScheduler(name, { every: HOUR_MS, startDate: Date.now() }, { name });
  } finally {
    vi.useRealTimers();
  }
}

const allRan = (): void => expect([...new Set(runs)].sort()).toEqual(NAMES);

describe('housekeeping', () => {
  it('runs every task at start, and stores the result or the failure of each', async () => {
    await eventually(allRan, { withinMs: 20_000 });
    await eventually(async () => {
      const completed = await queue.getCompleted();
      expect(completed.map(({ name }) => name).sort()).toEqual(['counts', 'forgets']);
      for (const { returnvalue } of completed) expect(returnvalue).toBeGreaterThan(0);
      const [failed] = await queue.getFailed();
      expect(failed).toMatchObject({ name: 'fails', failedReason: 'no room' });
    });
  });

  it('does not change valid schedules in Redis', async () => {
    const before = await queue.getJobSchedulers();
    const seen = looks.mock.calls.length;
    await eventually(() => expect(looks.mock.calls.length).toBeGreaterThan(seen + 2));
    expect(await queue.getJobSchedulers()).toEqual(before);
    expect(before.map(({ key }) => key).sort()).toEqual(NAMES);
  });

  it('runs a task again if its next job is lost, or years in the future because of a clock that was ahead', async () => {
    runs.length = 0;
    const [counts] = await queue.getJobs(['delayed']).then((jobs) => jobs.filter(({ name }) => name === 'counts'));
    expect(await redis.del(`${prefix}:${HOUSEKEEPING_QUEUE}:${counts.id}`)).toBe(1);
    expect(await redis.zrem(`${prefix}:${HOUSEKEEPING_QUEUE}:delayed`, String(counts.id))).toBe(1);
    await queue.removeJobScheduler('forgets');
    await scheduledByClockAhead('forgets');
    await eventually(() => expect(runs).toEqual(expect.arrayContaining(['counts', 'forgets'])), { withinMs: 20_000 });
    for (const { next } of await queue.getJobSchedulers()) expect(next).toBeLessThan(Date.now() + 2 * HOUR_MS);
  });

  it('removes the schedule of a task that no longer exists, when it is due', async () => {
    await queue.upsertJobScheduler('of-former-release', { every: HOUR_MS }, { name: 'of-former-release' });
    await eventually(async () => {
      expect((await queue.getJobSchedulers()).map(({ key }) => key).sort()).toEqual(NAMES);
      const failed = await queue.getFailed();
      expect(failed.find(({ name }) => name === 'of-former-release')?.failedReason).toContain('no housekeeping task');
    });
  });

  it('runs every task again after Redis has lost its data', async () => {
    runs.length = 0;
    expect(await emptyQueue()).toBeGreaterThan(0);
    await eventually(allRan, { withinMs: 20_000 });
  });
});
