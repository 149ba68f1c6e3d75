import type { IHeaders, KafkaMessage } from 'kafkajs';

export interface OutgoingMessage {
  /** Chooses the partition unless `partition` is given; null spreads. */
  key: string | null;
  /** Null is a tombstone on a compacted topic. */
  value: Uint8Array | null;
  headers?: Record<string, string>;
  partition?: number;
}

/** Bytes that are written where they are to be, instead of being copied there from a buffer of their own. */
export interface WrittenBytes {
  readonly byteLength: number;
  /** Writes `byteLength` bytes from `at` on. May be called again, when a send is repeated. */
  writeTo(into: Uint8Array, at: number): void;
}

/** A message to send, whose value may be written into the request. */
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
  /** When the broker took it, ms since 1970; the producer's time, where a topic is of an earlier release. */
  timestampMs: number;
}

/** kafkajs's headers as text; of a repeated header the first counts. */
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
