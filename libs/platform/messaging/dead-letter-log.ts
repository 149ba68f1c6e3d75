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

/** Location of a dead letter: `topic` is its original topic; partition and offset are those in the `.dlq` topic. */
export interface DeadLetterPlace {
  topic: string;
  partition: number;
  offset: number;
}

/** Maximum bytes of dead letters replayed in one send: well below the smallest message limit of any topic. */
export const LETTER_BATCH_BYTES = 512 * 1024;
const READ_BYTES_MAX = 4 * 1024 * 1024;

/** Reads, replays and deletes dead letters. Topics are named by the logical name of the original topic. */
export class DeadLetterLog {
  /** Topics with a dead letter topic. */
  readonly topics: readonly string[] = declaredTopics({ shardCount: 1 })
    .filter(({ logical }) => logical.endsWith(DEAD_LETTER_SUFFIX))
    .map(({ logical }) => logical.slice(0, -DEAD_LETTER_SUFFIX.length));

  constructor(private readonly access: DeadLetterAccess) {}

  /** Returns the first and the next offset of each partition of the dead letter topics, by topic. Rejects with `DependencyUnavailable`. */
  async letterBounds(): Promise<Map<string, Map<number, LogBounds>>> {
    const bounds = await this.access.reader.topicBounds(this.topics.map((topic) => this.fullName(topic)));
    return new Map(this.topics.map((topic) => [topic, bounds.get(this.fullName(topic)) ?? new Map()]));
  }

  /** Returns at most `countMax` letters of one partition from an offset on, up to `bytesMax` in total but at least one; none at the end. */
  async readLetters(
    { topic, partition, offset }: DeadLetterPlace,
    countMax: number,
    bytesMax = READ_BYTES_MAX,
  ): Promise<ReceivedMessage[]> {
    const messages = await this.access.reader.fetchMessages(this.fullName(topic), partition, offset, bytesMax);
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
   * Replays letters to their original partitions, for the groups that could not handle them. A letter that fails again becomes a new dead
   * letter.
   * @throws DomainError `invalid` when one lacks the headers of its origin: then none is sent
   */
  async resend(topic: string, letters: readonly ReceivedMessage[]): Promise<void> {
    await this.access.send(topic, letters.map(replayOf));
  }

  /** Deletes the letters of a partition below an offset. */
  async forgetBelow({ topic, partition, offset }: DeadLetterPlace): Promise<void> {
    await this.access.admin.deleteBelow(this.fullName(topic), partition, offset);
  }

  private fullName(topic: string): string {
    return this.access.fullName(`${topic}${DEAD_LETTER_SUFFIX}`);
  }
}
