import { afterEach, describe, expect, it, vi } from 'vitest';
import { readWorkerConfig } from './worker-config';

const NEEDED = {
  ICMPMON_CONTROL_DATABASE_URL: 'postgres://h/c',
  ICMPMON_TELEMETRY_DATABASE_URL: 'postgres://h/t',
  ICMPMON_KAFKA_BROKERS: 'h:1',
  ICMPMON_REDIS_URL: 'redis://h:1',
};

describe('how long things are kept', () => {
  afterEach(() => vi.unstubAllEnvs());

  const given = (variables: Record<string, string>): void => {
    for (const [name, value] of Object.entries({ ...NEEDED, ...variables })) vi.stubEnv(name, value);
  };

  it('is a month of results and thirteen of hours, unless set', () => {
    given({ ICMPMON_RETENTION_RESULTS_DAYS: '7' });
    expect(readWorkerConfig()).toMatchObject({
      resultsKeptDays: 7,
      hourlyKeptDays: 396,
      statusChangesKeptDays: 396,
      agentMetricsKeptDays: 30,
    });
  });

  it.each(['0', '-1', '36501', 'for ever'])('is not %s days', (days) => {
    given({ ICMPMON_RETENTION_HOURLY_DAYS: days });
    expect(() => readWorkerConfig()).toThrow('ICMPMON_RETENTION_HOURLY_DAYS must be a whole number from 1 to 36500.');
  });
});
