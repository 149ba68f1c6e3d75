import type { Kafka } from 'kafkajs';
import { BackOff, bounded } from '@icmp-mon/platform/concurrency';
import { createCluster, type GroupMember, type InternalCluster } from './cluster-reader';

const WITHIN_MS = 5_000;

/**
 * Ends the group membership of a consumer that lost its broker and could not leave. Otherwise its group would reassign the partitions
 * only after the session timeout. Retries while the coordinator is loading its groups, as after a restart of the broker. No error if the
 * group no longer knows the member.
 */
export async function leaveGroup(kafka: Kafka, member: GroupMember): Promise<void> {
  const cluster = createCluster(kafka);
  const given = new AbortController();
  try {
    const tooLate = (): Error => new Error(`no answer within ${WITHIN_MS} ms`);
    await bounded(leave(cluster, member, given.signal), WITHIN_MS, tooLate);
  } finally {
    given.abort();
    await cluster.disconnect();
  }
}

async function leave(cluster: InternalCluster, member: GroupMember, given: AbortSignal): Promise<void> {
  const backOff = new BackOff({ firstMs: 50, maxMs: 500 });
  await cluster.connect();
  for (;;) {
    try {
      const coordinator = await cluster.findGroupCoordinator({ groupId: member.groupId });
      await coordinator.leaveGroup(member);
      return;
    } catch (error) {
      const type = error instanceof Error && 'type' in error ? error.type : null;
      if (type === 'UNKNOWN_MEMBER_ID') return;
      if (type !== 'GROUP_LOAD_IN_PROGRESS' || given.aborted) throw error;
      await backOff.waitAfterFailure(given);
    }
  }
}
