import type { Kafka } from 'kafkajs';
import { bounded } from './back-off';
import { createCluster, type GroupMember } from './cluster-reader';

const WITHIN_MS = 3_000;

/**
 * Ends a membership that a lost consumer could not end itself; else its group waits for it until its session is over before
 * anybody else gets a partition. No error when the group does not know the member any more.
 */
export async function leaveGroup(kafka: Kafka, member: GroupMember): Promise<void> {
  const cluster = createCluster(kafka);
  const leave = async (): Promise<void> => {
    await cluster.connect();
    const coordinator = await cluster.findGroupCoordinator({ groupId: member.groupId });
    await coordinator.leaveGroup(member);
  };
  try {
    await bounded(leave(), WITHIN_MS, () => new Error(`no answer within ${WITHIN_MS} ms`));
  } catch (error) {
    if (!(error instanceof Error && 'type' in error && error.type === 'UNKNOWN_MEMBER_ID')) throw error;
  } finally {
    await cluster.disconnect();
  }
}
