import type { ConsumerGroupJoinEvent } from 'kafkajs';
import { eventually, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GroupMember } from './cluster-reader';
import { createKafka } from './kafka-client';
import { leaveGroup } from './leave-group';
import { Messaging } from './messaging';
import { removeTopics } from './testing/test-topics';
import { TestSockets } from './testing/test-sockets';

describe('leaving a group', () => {
  const prefix = testTopicPrefix();
  const brokers = testServices().kafkaBrokers;
  const sockets = new TestSockets();
  const messaging = new Messaging({ brokers, topicPrefix: prefix, clientId: 'test' });

  beforeAll(async () => {
    await sockets.start();
    await messaging.ensureTopics({ shardCount: 1 });
  });

  afterAll(async () => {
    await messaging.close();
    sockets.close();
    await removeTopics(brokers, prefix);
  });

  it('ends the membership of a consumer that lost its broker, long before its session expires', async () => {
    const disconnectable = createKafka({
      brokers,
      topicPrefix: prefix,
      clientId: 'lost',
      socketFactory: sockets.factory,
    });
    const kafka = createKafka({ brokers, topicPrefix: prefix, clientId: 'test' });
    const groupId = `${prefix}.leaving`;
    const consumer = disconnectable.consumer({ groupId, sessionTimeout: 300_000, retry: { retries: 0 } });
    const joined = Promise.withResolvers<GroupMember>();
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }: ConsumerGroupJoinEvent) =>
      joined.resolve({ groupId, memberId: payload.memberId }),
    );
    const admin = kafka.admin();
    await admin.connect();
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [messaging.topic('internal.shard')] });
      await consumer.run({ eachMessage: () => Promise.resolve() });
      const member = await joined.promise;
      sockets.mode = 'refused';
      sockets.disconnectAll();
      const members = async (): Promise<string[]> =>
        (await admin.describeGroups([groupId])).groups[0].members.map(({ memberId }) => memberId);
      expect(await members()).toEqual([member.memberId]);
      await leaveGroup(kafka, member);
      await eventually(async () => expect(await members()).toEqual([]));
      // No error if the member has already left.
      await leaveGroup(kafka, member);
    } finally {
      await consumer.disconnect();
      await admin.disconnect();
    }
  });

  it('rejects when the broker does not answer', async () => {
    const away = createKafka({ brokers: '127.0.0.1:1', topicPrefix: prefix, clientId: 'test' });
    await expect(leaveGroup(away, { groupId: `${prefix}.away`, memberId: 'a' })).rejects.toThrow(/ECONNREFUSED|answer/);
  });
});
