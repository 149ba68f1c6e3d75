import { eventFault } from './event-schemas';
import { PoisonError } from './messaging-errors';
import type { OutgoingMessage, ReceivedMessage } from './message';

export const CLOUD_EVENT_SOURCE = 'urn:icmp-mon';
const JSON_CONTENT = 'application/json';
const HEADER_LENGTH_MAX = 1024;
const TYPE = /^icmpmon\.[a-z-]+\.[a-z-]+\.v\d+$/;

export interface CloudEventMetadata {
  correlationId: string | null;
  causationId: string | null;
  traceparent: string | null;
}

export interface CloudEvent<T = unknown> {
  id: string;
  /** In the format of `cloudEventType`. */
  type: string;
  /** ISO 8601. */
  time: string;
  /** Null on a tombstone. */
  data: T | null;
  /** Position in the event store of an event that the relay published; null for other events. */
  position: number | null;
  metadata: CloudEventMetadata;
}

export interface CloudEventInput {
  id: string;
  type: string;
  time: string;
  data: unknown;
  /** Message key: the entity's id. */
  key: string;
  position?: number;
  correlationId?: string;
  causationId?: string | null;
  traceparent?: string;
}

/** Returns the public type of an event: ('target-status', 'TargetStatusChanged') → 'icmpmon.target-status.changed.v1'. */
export function cloudEventType(entity: string, eventType: string, major = 1): string {
  const kebab = eventType.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
  const verb = kebab.startsWith(`${entity}-`) ? kebab.slice(entity.length + 1) : kebab;
  return `icmpmon.${entity}.${verb}.v${major}`;
}

/** Returns a CloudEvents 1.0 message in Kafka's binary mode: attributes in headers, data as JSON. Data null makes a tombstone. */
export function cloudEvent(event: CloudEventInput): OutgoingMessage {
  const headers: Record<string, string> = {
    'content-type': JSON_CONTENT,
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: CLOUD_EVENT_SOURCE,
    ce_type: event.type,
    ce_time: event.time,
  };
  if (event.position !== undefined) headers['ce_position'] = String(event.position);
  if (event.correlationId) headers['ce_correlationid'] = event.correlationId;
  if (event.causationId) headers['ce_causationid'] = event.causationId;
  if (event.traceparent) headers['traceparent'] = event.traceparent;
  const value = event.data === null ? null : Buffer.from(JSON.stringify(event.data));
  return { key: event.key, value, headers };
}

/**
 * Reads a message as a CloudEvent in binary mode and validates its data by the schema in docs/schemas. A well-formed type without a schema
 * is accepted: a newer producer may have added it, and consumers ignore types they do not handle.
 * @throws PoisonError with the fault
 */
export function readCloudEvent<T = unknown>(message: ReceivedMessage): CloudEvent<T> {
  const { headers } = message;
  const id = required(headers, 'ce_id');
  const type = required(headers, 'ce_type');
  const time = required(headers, 'ce_time');
  if (required(headers, 'ce_specversion') !== '1.0') throw new PoisonError('ce_specversion is not 1.0');
  if (!TYPE.test(type)) throw new PoisonError(`ce_type is not an ICMP-Mon event type: ${type.slice(0, 80)}`);
  if (Number.isNaN(Date.parse(time))) throw new PoisonError(`ce_time is not a time: ${time.slice(0, 40)}`);
  const data = message.value === null ? null : parseData(message.value, headers['content-type']);
  const fault = data === null ? null : eventFault(type, data);
  if (fault !== null) throw new PoisonError(fault);
  return {
    id,
    type,
    time,
    data: data as T | null,
    position: eventPosition(headers),
    metadata: {
      correlationId: headers['ce_correlationid'] ?? null,
      causationId: headers['ce_causationid'] ?? null,
      traceparent: headers['traceparent'] ?? null,
    },
  };
}

/**
 * Returns the event-store position that the relay wrote, or null without one.
 * @throws PoisonError when it is not a whole number
 */
export function eventPosition(headers: Record<string, string>): number | null {
  const text = headers['ce_position'];
  if (text === undefined) return null;
  const position = Number(text);
  if (!Number.isSafeInteger(position) || position < 0)
    throw new PoisonError(`ce_position is not a whole number: ${text.slice(0, 40)}`);
  return position;
}

function required(headers: Record<string, string>, name: string): string {
  const value = headers[name];
  if (!value) throw new PoisonError(`header ${name} is missing: not a CloudEvent in binary mode`);
  if (value.length > HEADER_LENGTH_MAX)
    throw new PoisonError(`header ${name} is longer than ${HEADER_LENGTH_MAX} characters`);
  return value;
}

function parseData(value: Buffer, contentType: string | undefined): object {
  if (contentType !== undefined && !contentType.startsWith(JSON_CONTENT)) {
    throw new PoisonError(`content-type is ${contentType.slice(0, 80)}, expected ${JSON_CONTENT}`);
  }
  const data = parseJson(value);
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new PoisonError('the data is not a JSON object');
  return data;
}

function parseJson(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'));
  } catch (error) {
    throw new PoisonError('the data is not JSON', { cause: error });
  }
}
