import { DEFAULT_THRESHOLDS } from '@icmp-mon/platform/health';
import { describe, expect, it } from 'vitest';
import { causeOfLag, type ShardLag, type StatusLag } from './status-lag';

const FRESH: ShardLag = { held: true, judgedAgeS: 1, storedAgeS: 1, behind: 0 };
const none = { behind: 0, ageS: 0 };
const cause = (change: Partial<StatusLag>): string =>
  causeOfLag(
    { shards: [FRESH, FRESH], kafkaAnswers: true, ticksHeld: true, published: none, listed: none, ...change },
    DEFAULT_THRESHOLDS,
  ).cause;
const old: ShardLag = { ...FRESH, judgedAgeS: 600, storedAgeS: 600 };

describe('the cause of a status lag', () => {
  it.each<[string, Partial<StatusLag>]>([
    ['no projector has ever run', { shards: [] }],
    [
      'no projector owns 2 of 2 shards',
      {
        shards: [
          { ...old, held: false },
          { ...old, held: false },
        ],
      },
    ],
    ['no projector owns 1 of 2 shards', { shards: [FRESH, { ...old, held: false }] }],
    ['Kafka does not answer', { shards: [old, old], kafkaAnswers: false }],
    // A projector that restarts during the outage cannot follow the log, and takes no shard over.
    ['Kafka does not answer', { shards: [old, { ...old, held: false }], kafkaAnswers: false }],
    ['1 of 2 shards are behind the log, the slowest by 10 min', { shards: [FRESH, { ...old, behind: 9_000 }] }],
    ['no ticks: no worker writes them', { shards: [old, old], ticksHeld: false }],
    ['no ticks: the worker that holds the lease writes none', { shards: [old, old] }],
    ['1 status change not published yet', { published: { behind: 1, ageS: 9 } }],
    ['the target list is 4 status changes behind', { listed: { behind: 4, ageS: 9 } }],
  ])('%s', (words, change) => {
    expect(cause(change)).toBe(words);
  });
});
