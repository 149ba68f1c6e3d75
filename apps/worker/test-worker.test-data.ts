import { DEFAULT_THRESHOLDS } from '@icmp-mon/platform/health';
import type { ContextApp } from '@icmp-mon/platform/plugins';
import { type TestDatabases, testServices } from '@icmp-mon/platform/testing';
import { workerApp } from './worker.module';

/** Returns a worker on the databases of a test. */
export function testWorker({
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
