import { SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { DEFAULT_THRESHOLDS, type HealthFacts } from '@icmp-mon/platform/health';
import { describe, expect, it } from 'vitest';
import { SHARDS_PART } from './shards-health';

const OLD = { epoch: 1, holder: 'host:1:1', held: true, lease_ahead_s: 0, position: 9, stored_age_s: 120 };
type ShardRow = typeof OLD;

/** Reads the part of shards with these rows; `logEnd` is null while Kafka refuses connections. */
function read(shards: ShardRow[], logEnd: number | null) {
  const ends = new Map(shards.map((_, shard) => [shard, { low: 0, high: logEnd ?? 0 }]));
  const bounds = logEnd === null ? null : new Map([[SHARD_TOPIC, ends]]);
  return SHARDS_PART.readPart({
    telemetry: { query: () => Promise.resolve(shards.map((row, shard) => ({ ...row, shard }))) },
    kafka: { boundsOrNull: () => Promise.resolve(bounds) },
    thresholds: DEFAULT_THRESHOLDS,
  } as unknown as HealthFacts);
}

describe('the health part of shards', () => {
  it('names the first cause of old data: no projector, no ticks, a slow projector', async () => {
    const summary = async (shards: ShardRow[], logEnd: number) => (await read(shards, logEnd)).summary;
    expect(await summary([OLD, { ...OLD, held: false }], 500)).toMatch(/^1 of 2 shards without a projector/);
    expect(await summary([OLD, OLD], 10)).toMatch(/^2 of 2 shards with nothing new in the log/);
    expect(await summary([OLD, OLD], 500)).toMatch(/^2 of 2 shards behind the log/);
  });

  it.each([
    ['while the projector holds its shards', OLD],
    ['after a projector restarted and could not take its shards over', { ...OLD, held: false }],
  ])('names Kafka as the cause while Kafka refuses connections, %s', async (_, row) => {
    expect(await read([row, row], null)).toMatchObject({
      state: 'bad',
      summary: 'Kafka does not answer: 2 of 2 shards store nothing new, the oldest stored up to 2 min ago',
      advice: 'Agents spool and nothing is lost. See Services.',
    });
  });
});
