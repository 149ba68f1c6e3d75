import type { LogBounds, ReceivedMessage } from '@icmp-mon/platform/messaging';
import { TARGET_STATUS_TOPIC } from '@icmp-mon/status/contract';
import { expect, it } from 'vitest';
import { PublishedNumbers } from './published-numbers';

const BATCH = 2;

/** Topic of status changes, given as the ids in its partitions; null is an offset that was compacted away. */
function topicOf(partitions: (string | null)[][]): {
  messages: ConstructorParameters<typeof PublishedNumbers>[0];
  reads(): number;
} {
  let reads = 0;
  return {
    reads: () => reads,
    messages: {
      topicBounds: () => {
        const bounds = partitions.map((ids, partition): [number, LogBounds] => [
          partition,
          { low: 0, high: ids.length },
        ]);
        return Promise.resolve(new Map([[TARGET_STATUS_TOPIC, new Map(bounds)]]));
      },
      readMessages(topic, partition, from) {
        reads++;
        const found = partitions[partition].flatMap((id, offset): ReceivedMessage[] => {
          const headers = { ce_id: id ?? '' };
          const message = { topic, partition, offset, key: null, headers, value: null, timestampMs: 0 };
          return id === null || offset < from ? [] : [message];
        });
        return Promise.resolve(found.slice(0, BATCH));
      },
    },
  };
}

it('finds the highest number of each shard in all partitions, and reads the topic once', async () => {
  const topic = topicOf([['0-3', null, '1-7', '0-12', null], ['1-5', '0-9'], []]);
  const published = new PublishedNumbers(topic.messages, TARGET_STATUS_TOPIC);
  expect(() => published.highestOf(0)).toThrow('were not read');
  await published.loadNumbers();
  expect([0, 1, 2].map((shard) => published.highestOf(shard))).toEqual([12, 7, 0]);
  const reads = topic.reads();
  await published.loadNumbers();
  expect(topic.reads()).toBe(reads);
});
