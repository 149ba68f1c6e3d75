import { describe, expect, it, vi } from 'vitest';
import type { Look } from './health-reading';
import { SERVICES_PART } from './services';

const refused = (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED'));
const database = { query: () => Promise.resolve([{ version: '17', timescale: null }]) };
const kafka = { topicBounds: () => Promise.resolve(new Map()) };
const pingRedis = () => Promise.resolve('PONG');

const read = (away: Partial<Record<keyof Look, unknown>>) =>
  SERVICES_PART.readPart({ control: database, telemetry: database, kafka, pingRedis, ...away } as unknown as Look);

describe('the health of services', () => {
  it('needs attention while only Redis is unavailable, and names what waits for it', async () => {
    const reading = await read({ pingRedis: refused });
    expect(reading).toMatchObject({ state: 'attention', summary: 'Not responding: Redis' });
    expect(reading.advice).toContain('housekeeping waits');
    expect(reading.advice).not.toContain('spool');
  });

  it('shows no error message of a client library', async () => {
    const lost =
      'Reached the max retries per request limit (which is 0). Refer to "maxRetriesPerRequest" option for details.';
    const { rows } = await read({ pingRedis: () => Promise.reject(new Error(lost)) });
    const redis = rows.find(({ values }) => values['service'] === 'Redis');
    expect(redis?.values['answer']).toBe('no connection');
  });

  it('names a service that hangs, before the timeout of the part', async () => {
    vi.useFakeTimers();
    try {
      const hanging = { query: () => new Promise<never>(() => undefined) };
      const reading = Promise.race([
        read({ telemetry: hanging }),
        new Promise((resolve) => setTimeout(resolve, 4_500)),
      ]);
      await vi.advanceTimersByTimeAsync(4_500);
      expect(await reading).toMatchObject({ state: 'bad', summary: 'Not responding: telemetry database' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('is bad while Kafka is unavailable, whether or not Redis responds', async () => {
    for (const away of [{ kafka: { topicBounds: refused } }, { kafka: { topicBounds: refused }, pingRedis: refused }]) {
      const reading = await read(away);
      expect(reading.state).toBe('bad');
      expect(reading.advice).toContain('Agents spool');
    }
  });
});
