import { DomainError } from '@icmp-mon/platform/errors';
import type { OutgoingMessage, ReceivedMessage } from './message';

export const DEAD_LETTER_SUFFIX = '.dlq';
/** Header of a replayed message: the only group that handles it, because the other groups have already done so. */
export const REPLAY_FOR_GROUP = 'replay-for-group';
const CAUSE_LENGTH_MAX = 2_000;
const ADDED_HEADERS = new Set([
  'origin-topic',
  'origin-partition',
  'origin-offset',
  'origin-timestamp-ms',
  'origin-group',
  'cause',
  'dead-lettered-at',
]);

/** Returns the dead letter for a message: unchanged key and value, with origin and cause added as headers. */
export function deadLetter(message: ReceivedMessage, group: string, cause: unknown, at: Date): OutgoingMessage {
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return {
    key: message.key,
    value: message.value,
    headers: {
      ...message.headers,
      'origin-topic': message.topic,
      'origin-partition': String(message.partition),
      'origin-offset': String(message.offset),
      'origin-timestamp-ms': String(message.timestampMs),
      'origin-group': group,
      cause: text.slice(0, CAUSE_LENGTH_MAX),
      'dead-lettered-at': at.toISOString(),
    },
  };
}

/**
 * Returns the message that replays a dead letter: original partition and headers, addressed to the group that failed.
 * @throws DomainError `invalid` when the letter lacks the headers of its origin
 */
export function replayOf(letter: ReceivedMessage): OutgoingMessage {
  const group = letter.headers['origin-group'];
  const partition = Number(letter.headers['origin-partition']);
  if (!group || !Number.isSafeInteger(partition) || partition < 0) {
    throw new DomainError(
      'invalid',
      `Offset ${letter.offset} of ${letter.topic}/${letter.partition} has no valid origin headers: it is not a dead letter.`,
    );
  }
  const kept = Object.entries(letter.headers).filter(([name]) => !ADDED_HEADERS.has(name));
  return {
    key: letter.key,
    value: letter.value,
    partition,
    headers: { ...Object.fromEntries(kept), [REPLAY_FOR_GROUP]: group },
  };
}
