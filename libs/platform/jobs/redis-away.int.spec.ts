import { DatabaseModule } from '@icmp-mon/platform/database';
import { MessagingModule } from '@icmp-mon/platform/messaging';
import { ContextApp, HOUR_MS, HOUSEKEEPING_QUEUE, HousekeepingTasks, PluginsModule } from '@icmp-mon/platform/plugins';
import {
  eventually,
  testDatabase,
  type TestDatabases,
  TestProxy,
  testServices,
  testTopicPrefix,
} from '@icmp-mon/platform/testing';
import { type DynamicModule, Module } from '@nestjs/common';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HousekeepingModule, JobsModule, jobsPrefix } from './index';

const topicPrefix = testTopicPrefix();
const prefix = jobsPrefix(topicPrefix);
const { kafkaBrokers: brokers, redisUrl } = testServices();
/** Less than the 10 s after which an app that does not stop is terminated. */
const STOP_MS_MAX = 8_000;
let runs = 0;
let work: () => Promise<void>;

@Module({})
class SampleContext {
  constructor(tasks: HousekeepingTasks) {
    const run = async (): Promise<number> => {
      await work();
      return ++runs;
    };
    tasks.plug({ name: 'counts', everyMs: HOUR_MS, runTask: run });
  }
}

@Module({})
class SampleApp {}

let databases: TestDatabases;
let redis: Redis;

function appOf(url: string): ContextApp {
  const module: DynamicModule = {
    module: SampleApp,
    imports: [
      DatabaseModule.register({ telemetryUrl: databases.telemetryUrl }),
      MessagingModule.register({ brokers, topicPrefix, clientId: 'test' }),
      PluginsModule.register({ app: 'sample', topicPrefix, shardCount: 1, redisUrl: url }),
      JobsModule.register(),
      HousekeepingModule.register({ lookMs: 200 }),
      SampleContext,
    ],
  };
  return new ContextApp('sample', () => ({ module, opsPort: 0 }));
}

/** Returns whether the app stops before it would be terminated. */
async function stopsInTime(app: ContextApp): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), STOP_MS_MAX)));
  const inTime = await Promise.race([app.stop().then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}

describe('an app with jobs whose Redis is unavailable', () => {
  let proxy: TestProxy;
  let url: string;

  beforeAll(async () => {
    databases = await testDatabase('both');
    redis = new Redis(redisUrl);
  });

  afterAll(async () => {
    const queue = new Queue(HOUSEKEEPING_QUEUE, { connection: { url: redisUrl }, prefix });
    await queue.obliterate({ force: true });
    await queue.close();
    await redis.quit();
    await databases.dropDatabases();
  });

  beforeEach(async () => {
    runs = 0;
    work = () => Promise.resolve();
    proxy = new TestProxy();
    url = await proxy.start(redisUrl);
  });

  afterEach(() => proxy.stop());

  /** Adds a job that runs the task now. */
  async function callTask(): Promise<void> {
    const queue = new Queue(HOUSEKEEPING_QUEUE, { connection: { url: redisUrl }, prefix });
    await queue.add('counts', {});
    await queue.close();
  }

  it('stops if Redis was never available', async () => {
    await proxy.refuseConnections();
    const app = appOf(url);
    await app.start();
    expect(await stopsInTime(app)).toBe(true);
  });

  it('stops after the task in progress if Redis became unavailable', async () => {
    let finish = (): void => undefined;
    const held = new Promise<void>((resolve) => (finish = resolve));
    let isAtWork = false;
    work = () => {
      isAtWork = true;
      return held;
    };
    const app = appOf(url);
    await app.start();
    await callTask();
    await eventually(() => expect(isAtWork).toBe(true));
    await proxy.refuseConnections();
    const stopped = stopsInTime(app);
    finish();
    expect(await stopped).toBe(true);
    expect(runs).toBe(1);
  });

  it('stops if Redis no longer answers on open connections', async () => {
    const app = appOf(url);
    await app.start();
    await callTask();
    await eventually(() => expect(runs).toBeGreaterThan(0));
    proxy.freezeConnections(true);
    expect(await stopsInTime(app)).toBe(true);
  });

  it('runs tasks again when Redis is available again', async () => {
    const app = appOf(url);
    await app.start();
    await callTask();
    await eventually(() => expect(runs).toBeGreaterThan(0));
    await proxy.refuseConnections();
    runs = 0;
    await callTask();
    await proxy.acceptConnections();
    await eventually(() => expect(runs).toBeGreaterThan(0));
    expect(await stopsInTime(app)).toBe(true);
  });

  it('reconnects when its Redis has become a replica', async () => {
    const app = appOf(url);
    await app.start();
    await callTask();
    await eventually(() => expect(runs).toBeGreaterThan(0));
    proxy.answerOpenOnes((request) => {
      const commands = request.toString('latin1').match(/\*\d+\r\n\$/g)?.length ?? 1;
      return "-READONLY You can't write against a read only replica.\r\n".repeat(commands);
    });
    runs = 0;
    await callTask();
    await eventually(() => expect(runs).toBeGreaterThan(0));
    expect(await stopsInTime(app)).toBe(true);
  });
});
