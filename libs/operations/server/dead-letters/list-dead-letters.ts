import type { DeadLetterList, DeadLetterView } from '@icmp-mon/operations/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Messaging, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { letterPartitions, type LetterPartition, waitingByTopic } from './waiting-letters';

export const LETTERS_MAX = 200;
const PREVIEW_BYTES_MAX = 512;
const CURSOR = /^([\w.-]+)\/(\d+)\/(\d+)$/;

interface DeadLetterQuery {
  topic?: string;
  cursor?: string;
  limit?: number;
}

/** Dead letters that were not replayed yet, ordered by topic, partition and offset. */
export class ListDeadLetters extends Query<DeadLetterList> {
  constructor(readonly query: DeadLetterQuery) {
    super();
  }
}

@QueryHandler(ListDeadLetters)
export class ListDeadLettersHandler implements IQueryHandler<ListDeadLetters> {
  constructor(
    private readonly messaging: Messaging,
    private readonly control: ControlDatabase,
  ) {}

  /** @throws DomainError `invalid` (the cursor), `not_found` (the topic), `unavailable` while Kafka does not respond */
  async execute({ query: { topic, cursor, limit = 50 } }: ListDeadLetters): Promise<DeadLetterList> {
    requireTopic(this.messaging, topic);
    const after = cursor === undefined ? null : placeOf(cursor);
    const items: DeadLetterView[] = [];
    let isMore = false;
    for (const partition of (await letterPartitions(this.messaging, this.control)).sort(byPlace)) {
      if (topic !== undefined && partition.topic !== topic) continue;
      const from = startOf(partition, after);
      // One letter more than the page shows whether there is a next page.
      const letters = from === null ? [] : await this.readWaiting(partition, from, limit + 1 - items.length);
      items.push(...letters);
      isMore = items.length > limit;
      if (isMore) break;
    }
    const shown = items.slice(0, limit);
    const last = shown.at(-1);
    const next = isMore && last ? `${last.topic}/${last.partition}/${last.offset}` : null;
    return { topics: await waitingByTopic(this.messaging, this.control), items: shown, next };
  }

  /** Reads letters and keeps only their views: a whole letter may have megabytes. */
  private async readWaiting(of: LetterPartition, from: number, countMax: number): Promise<DeadLetterView[]> {
    const { topic, partition, bounds, replayed } = of;
    const waiting: DeadLetterView[] = [];
    for (let offset = from; offset < bounds.high && waiting.length < countMax;) {
      const letters = await this.messaging.deadLetters.readLetters({ topic, partition, offset }, LETTERS_MAX + 1);
      const last = letters.at(-1);
      if (last === undefined) break;
      const shown = letters.filter((letter) => !replayed.has(letter.offset) && letter.offset < bounds.high);
      waiting.push(...shown.map((letter) => viewOf(topic, letter)));
      offset = last.offset + 1;
    }
    return waiting.slice(0, countMax);
  }
}

/** @throws DomainError `not_found` for a topic without a dead-letter topic */
export function requireTopic({ deadLetters }: Messaging, topic: string | undefined): void {
  if (topic === undefined || deadLetters.topics.includes(topic)) return;
  throw new DomainError(
    'not_found',
    `Topic "${topic}" has no dead letters. Topics with dead letters: ${deadLetters.topics.join(', ')}.`,
  );
}

interface Place {
  topic: string;
  partition: number;
  offset: number;
}

function placeOf(cursor: string): Place {
  const [, topic, partition, offset] = CURSOR.exec(cursor) ?? [];
  if (topic !== undefined) return { topic, partition: Number(partition), offset: Number(offset) };
  const detail = 'must be the `next` of the previous page';
  throw new DomainError('invalid', 'The cursor cannot be read.', [{ pointer: '?cursor', detail }]);
}

function byPlace(a: LetterPartition, b: LetterPartition): number {
  return a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1;
}

/** Returns the first offset to read of a partition, null when earlier pages contained all of it. */
function startOf({ topic, partition, bounds }: LetterPartition, after: Place | null): number | null {
  if (after === null || topic > after.topic) return bounds.low;
  if (topic < after.topic || partition < after.partition) return null;
  return partition > after.partition ? bounds.low : Math.max(bounds.low, after.offset + 1);
}

function viewOf(topic: string, { partition, offset, key, value, headers }: ReceivedMessage): DeadLetterView {
  const originPartition = Number(headers['origin-partition'] ?? NaN);
  const originOffset = Number(headers['origin-offset'] ?? NaN);
  const isKnown = Number.isSafeInteger(originPartition) && Number.isSafeInteger(originOffset);
  return {
    topic,
    partition,
    offset,
    at: headers['dead-lettered-at'] ?? null,
    cause: headers['cause'] ?? null,
    group: headers['origin-group'] ?? null,
    origin: isKnown ? { partition: originPartition, offset: originOffset } : null,
    key,
    sizeBytes: value?.length ?? 0,
    preview: value === null ? '' : previewOf(value.subarray(0, PREVIEW_BYTES_MAX)),
  };
}

/** Returns text as it is, and binary data (or text with control characters that would disturb a terminal) in hexadecimal. */
export function previewOf(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8').decode(bytes);
  // A character truncated at the end is not a sign of binary data.
  const isText = !/[\u0000-\u0008\u000e-\u001f]/.test(text) && !text.slice(0, -1).includes('\ufffd');
  return isText ? text.replace(/\ufffd$/, '') : Buffer.from(bytes).toString('hex');
}
