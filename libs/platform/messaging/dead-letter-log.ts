import type { ClusterAdmin } from './cluster-admin';
import type { ClusterReader } from './cluster-reader';
import { DEAD_LETTER_SUFFIX, replayOf } from './dead-letters';
import { type OutgoingMessage, type ReceivedMessage, receivedMessage } from './message';
import type { LogBounds } from './messaging-errors';
import { declaredTopics } from './topics';

export interface DeadLetterAccess {
  admin: ClusterAdmin;
  reader: ClusterReader;
  fullName: (logical: string) => string;
  send: (logicalTopic: string, messages: OutgoingMessage[]) => Promise<void>;
}

/** Where a dead letter lies: `topic` is the one that it was meant for, partition and offset are of its `.dlq`. */
export interface DeadLetterPlace {
  topic: string;
  partition: number;
  offset: number;
}

/** What is sent back together: well below the least that a topic takes at once. */
export const LETTER_BATCH_BYTES = 512 * 1024;
const READ_BYTES_MAX = 4 * 1024 * 1024;

/** The messages that consumers set aside: looked at, sent back, forgotten. Topics are named by their origin, logically. */
export class DeadLetterLog {
  /** Topics whose consumers set messages aside. */
  readonly topics: readonly string[] = declaredTopics({ shardCount: 1 })
    .filter(({ logical }) => logical.endsWith(DEAD_LETTER_SUFFIX))
    .map(({ logical }) => logical.slice(0, -DEAD_LETTER_SUFFIX.length));

  constructor(private readonly access: DeadLetterAccess) {}

  /** First and next offset of each partition that holds letters, by topic. Rejects with `DependencyUnavailable`. */
  async bounds(): Promise<Map<string, Map<number, LogBounds>>> {
    const bounds = await this.access.reader.bounds(this.topics.map((topic) => this.fullName(topic)));
    return new Map(this.topics.map((topic) => [topic, bounds.get(this.fullName(topic)) ?? new Map()]));
  }

  /** At most `countMax` letters of one partition from an offset on, of `bytesMax` in all but at least one; none at the end. */
  async read(
    { topic, partition, offset }: DeadLetterPlace,
    countMax: number,
    bytesMax = READ_BYTES_MAX,
  ): Promise<ReceivedMessage[]> {
    const messages = await this.access.reader.fetch(this.fullName(topic), partition, offset, bytesMax);
    const letters: ReceivedMessage[] = [];
    let bytes = 0;
    for (const message of messages.slice(0, countMax)) {
      bytes += message.value?.length ?? 0;
      if (bytes > bytesMax && letters.length > 0) break;
      letters.push(receivedMessage(message, `${topic}${DEAD_LETTER_SUFFIX}`, partition));
    }
    return letters;
  }

  /**
   * Sends letters back to the partitions they came from, for the groups that set them aside. One that fails again comes back
   * as a new letter. @throws DomainError `invalid` when one does not name its origin: then none is sent
   */
  async resend(topic: string, letters: readonly ReceivedMessage[]): Promise<void> {
    await this.access.send(topic, letters.map(replayOf));
  }

  /** Removes a partition's letters below an offset. */
  async forgetBelow({ topic, partition, offset }: DeadLetterPlace): Promise<void> {
    await this.access.admin.deleteBelow(this.fullName(topic), partition, offset);
  }

  private fullName(topic: string): string {
    return this.access.fullName(`${topic}${DEAD_LETTER_SUFFIX}`);
  }
}
