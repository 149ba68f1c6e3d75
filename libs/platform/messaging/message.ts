import type { IHeaders, KafkaMessage } from 'kafkajs';

export interface OutgoingMessage {
  /** Determines the partition unless `partition` is set; messages with key null are spread over all partitions. */
  key: string | null;
  /** Null is a tombstone on a compacted topic. */
  value: Uint8Array | null;
  headers?: Record<string, string>;
  partition?: number;
}

/** Bytes that are written directly into the request buffer instead of being copied from a separate buffer. */
export interface WrittenBytes {
  readonly byteLength: number;
  /** Writes `byteLength` bytes from `at` on. Called again when a send is retried. */
  writeTo(into: Uint8Array, at: number): void;
}

/** A message to send. Its value may be written directly into the request. */
export interface MessageToSend extends Omit<OutgoingMessage, 'value'> {
  value: Uint8Array | WrittenBytes | null;
}

export interface ReceivedMessage {
  /** Logical name, without the installation's prefix. */
  topic: string;
  partition: number;
  offset: number;
  key: string | null;
  value: Buffer | null;
  headers: Record<string, string>;
  /** Time at which the broker appended the message, ms since 1970. The producer's time in a topic that an earlier release created. */
  timestampMs: number;
}

/** Converts kafkajs headers to texts; of a repeated header, the first is used. */
function headersAsText(headers: IHeaders | undefined): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) text[name] = first.toString();
  }
  return text;
}

export function receivedMessage(message: KafkaMessage, logicalTopic: string, partition: number): ReceivedMessage {
  return {
    topic: logicalTopic,
    partition,
    offset: Number(message.offset),
    key: message.key?.toString('utf8') ?? null,
    value: message.value,
    headers: headersAsText(message.headers),
    timestampMs: Number(message.timestamp),
  };
}
