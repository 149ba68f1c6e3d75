import { DEFAULT_THRESHOLDS } from '@icmp-mon/platform/health';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import type { ContextApp } from '@icmp-mon/platform/plugins';
import { testDatabase, type TestDatabases, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { workerApp } from './worker.module';

/** Returns a worker on the databases of a test. */
function testWorker({
  databases,
  ...installation
}: {
  databases: TestDatabases;
  topicPrefix: string;
  shardCount: number;
}): ContextApp {
  const { kafkaBrokers, redisUrl } = testServices();
  return workerApp(() => ({
    controlDatabaseUrl: databases.controlUrl,
    telemetryDatabaseUrl: databases.telemetryUrl,
    ...{ kafkaBrokers, redisUrl, ...installation },
    ...{ resultsKeptDays: 30, hourlyKeptDays: 396, statusChangesKeptDays: 396, agentMetricsKeptDays: 30 },
    opsPort: 0,
    healthThresholds: DEFAULT_THRESHOLDS,
    disks: [],
    ...{ heartbeatUrl: undefined, heartbeatIntervalS: 60, holdDownMaxS: 300, agentVersionMin: undefined },
    ...{ credentialsKey: undefined, sourcesDir: undefined, sourcesAllowed: [] },
  }));
}

/** A started worker, and clients of what it uses. */
export interface TestInstallation {
  control: ControlDatabase;
  telemetry: TelemetryDatabase;
  messaging: Messaging;
  worker: ContextApp;
  stop(): Promise<void>;
}

/** Starts a worker on new databases and topics; `stop` stops it and drops the databases. */
export async function startTestWorker(shardCount: number): Promise<TestInstallation> {
  const databases = await testDatabase('both');
  const control = new ControlDatabase({ url: databases.controlUrl });
  const telemetry = new TelemetryDatabase({ url: databases.telemetryUrl });
  const topicPrefix = testTopicPrefix();
  const messaging = new Messaging({ brokers: testServices().kafkaBrokers, topicPrefix, clientId: 'test' });
  await messaging.ensureTopics({ shardCount });
  const worker = testWorker({ databases, topicPrefix, shardCount });
  await worker.start();
  const stop = async (): Promise<void> => {
    await worker.stop();
    await messaging.close();
    await control.close();
    await telemetry.close();
    await databases.dropDatabases();
  };
  return { control, telemetry, messaging, worker, stop };
}
