import { TelemetryDatabase } from '@icmp-mon/platform/database';
import type { OutgoingMessage } from '@icmp-mon/platform/messaging';
import { eventually, testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { republishStatuses } from './rebuild/republish-statuses';
import { statusPublisher } from './status-publisher';

const TARGET_IDS = [1, 2].map((key) => `01900000-0000-7000-9000-00000000000${key}`);

/** Topic that may be slow to acknowledge: each send waits for `hold` first. */
class Topic {
  readonly log: OutgoingMessage[] = [];
  hold: ((messages: OutgoingMessage[]) => Promise<void>) | null = null;

  async sendMessages(_topic: string, messages: OutgoingMessage[]): Promise<void> {
    const { hold } = this;
    this.hold = null;
    await hold?.(messages);
    this.log.push(...messages);
  }

  numbers(): (string | undefined)[] {
    return this.log.map(({ headers }) => headers?.['ce_id']?.toString());
  }

  /** The latest message per target, as compaction leaves it. */
  lastOf(targetId: string): string | undefined {
    return this.log.findLast(({ key }) => key === targetId)?.headers?.['ce_id']?.toString();
  }
}

describe('published status changes', () => {
  let home: TestDatabase;
  let database: TelemetryDatabase;
  let topic: Topic;

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: home.url });
  });

  afterAll(async () => {
    await database.close();
    await home.dropDatabase();
  });

  beforeEach(async () => {
    await database.execute('TRUNCATE status_change, status_publication, target_status');
    topic = new Topic();
  });

  async function changed(changeSeq: number, target: number, { removed = false } = {}): Promise<void> {
    await database.execute(
      `INSERT INTO status_change (shard, change_seq, target_key, target_id, ip, vrf, tier, from_status, to_status, reason, at,
         since, votes, removed, position)
       VALUES (0, $1, $2, $3, '127.0.0.1', 'default', 't', 'up', 'down', 'r', now(), now(), '{}', $4, $1)`,
      [changeSeq, target, TARGET_IDS[target - 1], removed],
    );
    await database.execute('DELETE FROM target_status WHERE target_key = $1', [target]);
    if (removed) return;
    await database.execute(
      `INSERT INTO target_status (target_key, shard, change_seq, status, reason, since, votes)
       VALUES ($1, 0, $2, 'down', 'r', now(), '{}')`,
      [target, changeSeq],
    );
  }

  const publisher = (givenUpMs?: number): ReturnType<typeof statusPublisher> =>
    statusPublisher({ sql: database, messaging: topic, ownedShards: () => [0], givenUpMs });

  /** Publishes until every stored change is published. */
  async function publish(by: ReturnType<typeof statusPublisher>, upTo: number): Promise<void> {
    by.wakeShard(0);
    await eventually(async () => {
      expect(await database.query('SELECT published_seq FROM status_publication')).toEqual([{ published_seq: upTo }]);
    });
  }

  it('end with the newest change of each target, although a stalled publisher sends older ones last', async () => {
    await changed(1, 1);
    await changed(2, 2);
    const [stalled, successor] = [publisher(), publisher()];
    topic.hold = async () => {
      await changed(3, 1);
      await publish(successor, 3);
    };
    stalled.wakeShard(0);
    await eventually(() => expect(topic.numbers()).toEqual(['0-1', '0-2', '0-3', '0-1', '0-2', '0-3']));
    await stalled.stop();
  });

  it('end with the newest change of each target, although an abandoned send arrives last', async () => {
    await changed(1, 1);
    let late: OutgoingMessage[] = [];
    topic.hold = (messages) => {
      late = messages;
      return Promise.reject(new Error('no acknowledgement'));
    };
    const one = publisher(4_000);
    one.start();
    await eventually(() => expect(late).toHaveLength(1));
    await changed(2, 1);
    await publish(one, 2);
    topic.log.push(...late);
    expect(topic.lastOf(TARGET_IDS[0])).toBe('0-1');
    await eventually(() => expect(topic.lastOf(TARGET_IDS[0])).toBe('0-2'));
    await one.stop();
  });

  it('of several shards are sent batch by batch, so that no turn of the event loop encodes all of them', async () => {
    await database.execute(
      `INSERT INTO status_change (shard, change_seq, target_key, target_id, ip, vrf, tier, from_status, to_status, reason, at,
         since, votes, removed, position)
       SELECT shard, seq, seq, $1, '127.0.0.1', 'default', 't', 'up', 'down', 'r', now(), now(), '{}', false, seq
       FROM generate_series(0, 3) shard, generate_series(1, 600) seq`,
      [TARGET_IDS[0]],
    );
    let atOnce = 0;
    const sends: { atOnce: number; messages: number }[] = [];
    const slow = {
      async sendMessages(_topic: string, messages: OutgoingMessage[]): Promise<void> {
        sends.push({ atOnce: ++atOnce, messages: messages.length });
        await new Promise((resolve) => setImmediate(resolve));
        atOnce--;
      },
    };
    const one = statusPublisher({ sql: database, messaging: slow, ownedShards: () => [0, 1, 2, 3] });
    for (const shard of [0, 1, 2, 3]) one.wakeShard(shard);
    await eventually(async () => {
      const rows = await database.query('SELECT published_seq FROM status_publication');
      expect(rows).toEqual(Array.from({ length: 4 }, () => ({ published_seq: 600 })));
    });
    expect(sends.reduce((sum, { messages }) => sum + messages, 0)).toBe(2_400);
    expect(Math.max(...sends.map((send) => send.atOnce))).toBe(1);
    expect(Math.max(...sends.map(({ messages }) => messages))).toBeLessThanOrEqual(250);
    await one.stop();
  });

  it('are sent before a publisher stops, but it does not wait for a send that hangs', async () => {
    await changed(1, 1);
    let arrive = (): void => undefined;
    topic.hold = () => new Promise((resolve) => (arrive = resolve));
    const one = publisher();
    one.wakeShard(0);
    await eventually(() => expect(topic.hold).toBeNull());
    await changed(2, 2);
    one.wakeShard(0);
    const stopped = one.stop();
    arrive();
    await stopped;
    expect(topic.numbers()).toEqual(['0-1', '0-2']);
    await changed(3, 1);
    topic.hold = () => new Promise(() => undefined);
    const other = publisher();
    other.wakeShard(0);
    await eventually(() => expect(topic.hold).toBeNull());
    await other.stop();
    expect(topic.numbers()).toEqual(['0-1', '0-2']);
  });

  it('are not superseded by older ones that are republished at the same time', async () => {
    await changed(1, 1);
    await changed(2, 2);
    topic.hold = async () => {
      await changed(3, 1, { removed: true });
      await changed(4, 2);
      await publish(publisher(), 4);
    };
    expect(await republishStatuses(database, topic)).toBe(2);
    expect(TARGET_IDS.map((id) => topic.lastOf(id))).toEqual(['0-3', '0-4']);
    expect(topic.log.findLast(({ key }) => key === TARGET_IDS[0])?.value).toBeNull();
  });
});
