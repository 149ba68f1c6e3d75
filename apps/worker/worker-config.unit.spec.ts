import { afterEach, describe, expect, it, vi } from 'vitest';
import { readWorkerConfig } from './worker-config';

const NEEDED = {
  ICMPMON_CONTROL_DATABASE_URL: 'postgres://h/c',
  ICMPMON_TELEMETRY_DATABASE_URL: 'postgres://h/t',
  ICMPMON_KAFKA_BROKERS: 'h:1',
  ICMPMON_REDIS_URL: 'redis://h:1',
};

const given = (variables: Record<string, string>): void => {
  for (const [name, value] of Object.entries({ ...NEEDED, ...variables })) vi.stubEnv(name, value);
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('retention', () => {
  it('is one month of results and thirteen months of hourly aggregates unless set', () => {
    given({ ICMPMON_RETENTION_RESULTS_DAYS: '7' });
    expect(readWorkerConfig()).toMatchObject({
      resultsKeptDays: 7,
      hourlyKeptDays: 396,
      statusChangesKeptDays: 396,
      agentMetricsKeptDays: 30,
    });
  });

  it.each(['0', '-1', '36501', 'for ever'])('cannot be %s days', (days) => {
    given({ ICMPMON_RETENTION_HOURLY_DAYS: days });
    expect(() => readWorkerConfig()).toThrow('ICMPMON_RETENTION_HOURLY_DAYS must be a whole number from 1 to 36500.');
  });
});

describe('the heartbeat address', () => {
  it.each(['https://u:p@h/beat', 'https://u@h/beat', 'ftp://h/beat', 'h/beat'])('cannot be %s', (address) => {
    given({ ICMPMON_HEARTBEAT_URL: address });
    expect(() => readWorkerConfig()).toThrow(/ICMPMON_HEARTBEAT_URL must be .*, without a user name or password\./);
  });

  it('is shown only by its origin: the rest is a secret', () => {
    given({ ICMPMON_HEARTBEAT_URL: 'https://h:8443/0c1d-secret?key=hidden' });
    expect(readWorkerConfig().heartbeatUrl).toBe('https://h:8443/0c1d-secret?key=hidden');
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    vi.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('exited');
    });
    vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'main.js', '--print-config']);
    expect(() => readWorkerConfig()).toThrow('exited');
    const text = printed.mock.calls.map(([chunk]) => String(chunk)).join('');
    expect(text).toContain('ICMPMON_HEARTBEAT_URL=https://h:8443/…\n');
    expect(text).not.toMatch(/secret|hidden/);
  });
});
