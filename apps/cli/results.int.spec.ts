import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliContext } from './cli-context';
import { dropResults } from './results';
import { runCli } from './run-cli';

const DAY_MS = 86_400_000;
const AGES_DAYS = [20, 10, 3, 0];

describe('dropping single results by hand', () => {
  let home: TestDatabase;
  let telemetry: TelemetryDatabase;
  const said: string[] = [];

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    telemetry = new TelemetryDatabase({ url: home.url });
    for (const age of AGES_DAYS) {
      await telemetry.execute(
        `INSERT INTO probe_series (target_key, check_no, shard, window_start, sent, replied, lost, not_sent, rtt_min_us,
           rtt_max_us, rtt_sum_us, jitter_sum_us, jitter_count, histogram, body)
         VALUES (1, 1, 0, $1, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '')`,
        [new Date(Date.now() - age * DAY_MS)],
      );
    }
  });

  afterAll(async () => {
    await telemetry.close();
    await home.dropDatabase();
  });

  const drop = async (daysKept: number): Promise<string> => {
    said.length = 0;
    await dropResults({ telemetry, printLine: (line) => void said.push(line) }, daysKept);
    return said.join('\n');
  };
  const daysThere = async (): Promise<number> => (await telemetry.query('SELECT 1 FROM probe_series')).length;

  it('keeps days that are not rolled up, and reports them', async () => {
    expect(await drop(5)).toMatch(/^Dropped 0 days\..*\n.*not rolled up yet/);
    expect(await daysThere()).toBe(AGES_DAYS.length);
  });

  it('drops whole days, and stores up to which day', async () => {
    await telemetry.execute(`UPDATE rollup_progress SET rolled_until = now() WHERE relation = 'probe_hourly'`);
    expect(await drop(5)).toMatch(/^Dropped 2 days\. Results are kept from \d{4}-\d\d-\d\d on\.$/);
    expect(await daysThere()).toBe(2);
    const [{ dropped_before: droppedBefore }] = await telemetry.query<{ dropped_before: Date | null }>(
      `SELECT dropped_before FROM rollup_progress WHERE relation = 'probe_series'`,
    );
    expect(Date.now() - (droppedBefore?.getTime() ?? 0)).toBeGreaterThan(5 * DAY_MS);
  });

  it.each(['0', '1', '1.5', 'all', '-3'])('rejects %s days', async (days) => {
    await expect(runCli(new CliContext(), ['results', 'drop', `--older-than=${days}`])).rejects.toThrow(
      /whole number from 2 to 9999/,
    );
  });
});
