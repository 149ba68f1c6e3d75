import type { LiveEvent } from '@icmp-mon/probing/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LiveClient } from './live-clients';
import { liveIdText, parseLiveId } from './live-id';
import { LiveReplay } from './live-replay';
import type { RecentBatch, StoredResults } from './recent-results';

const SHARD = 1;

const commit = (position: number, results = 1): StoredResults => ({
  ...{ shard: SHARD, position },
  events: Array.from({ length: results }, (_, index) => {
    return { id: liveIdText({ shard: SHARD, position, index }), targetKey: 7 } as LiveEvent;
  }),
});

describe('the replay for a client', () => {
  let sent: string[];
  let hasLeft: boolean;
  const stored = [commit(4, 2), commit(6), commit(8), commit(9)];

  /** Two positions in one batch. */
  const read = (_key: number, position: number): Promise<RecentBatch> => {
    const rest = stored.filter((each) => each.position >= position);
    return Promise.resolve({ stored: rest.slice(0, 2), more: rest.length > 2 });
  };
  const replay = new LiveReplay({
    ...{ targetKey: 7, shard: SHARD, recent: { batchFrom: read, replayedFrom: read } },
    hasLeft: () => hasLeft,
  });
  const client: LiveClient = {
    sendResults: ({ all }) => void sent.push(...all.map(({ id }) => id)),
    seenUpTo: (id) => void sent.push(`seen ${id}`),
    sendReset: () => void sent.push('reset'),
    whenDrained: () => Promise.resolve(),
  };

  beforeEach(() => {
    sent = [];
    hasLeft = false;
  });

  it('sends all results after its id, and returns the position reached', async () => {
    expect(await replay.replayAfter(client, parseLiveId('1:4:0'))).toBe(9);
    expect(sent).toEqual(['1:4:1', '1:6:0', '1:8:0', '1:9:0']);
  });

  it.each(['1:5:0', '2:4:0', 'nonsense'])(
    'resets a client whose id %s refers to nothing that is stored',
    async (id) => {
      expect(await replay.replayAfter(client, parseLiveId(id))).toBeNull();
      expect(sent).toEqual(['reset']);
    },
  );

  it('ends when the client leaves in between', async () => {
    const leaving: LiveClient = { ...client, whenDrained: () => Promise.resolve(void (hasLeft = true)) };
    expect(await replay.replayAfter(leaving, parseLiveId('1:4:0'))).toBeNull();
    expect(sent).toEqual(['1:4:1', '1:6:0']);
  });

  it('sends the results between two positions, and no others', async () => {
    await replay.between(client, 4, 8);
    expect(sent).toEqual(['1:6:0', '1:8:0']);
  });
});
