import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloudEvent, cloudEventType, readCloudEvent } from './cloud-event';
import { deadLetter, replayOf } from './dead-letters';
import type { OutgoingMessage, ReceivedMessage } from './message';
import { PoisonError } from './messaging-errors';

function received(message: OutgoingMessage): ReceivedMessage {
  const value = message.value === null ? null : Buffer.from(message.value);
  return {
    topic: 'public.targets.v1',
    partition: 2,
    offset: 7,
    key: message.key,
    value,
    headers: message.headers ?? {},
    timestampMs: 1,
  };
}

const event = {
  id: 'e1',
  type: 'icmpmon.target.moved.v1',
  time: '2026-11-22T12:00:00.000Z',
  data: { a: 1 },
  key: 't1',
};

describe('a CloudEvent in binary mode', () => {
  it('has a type made of entity and event', () => {
    expect(cloudEventType('target', 'TargetRegistered')).toBe('icmpmon.target.registered.v1');
    expect(cloudEventType('agent', 'AgentCertificateRenewed')).toBe('icmpmon.agent.certificate-renewed.v1');
    expect(cloudEventType('target-status', 'TargetStatusChanged', 2)).toBe('icmpmon.target-status.changed.v2');
  });

  it('is read back unchanged', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.option(fc.nat(), { nil: undefined }),
        (data, position) => {
          const message = received(
            cloudEvent({ ...event, data, ...(position === undefined ? {} : { position }), correlationId: 'c' }),
          );
          const read = readCloudEvent(message);
          expect(read).toMatchObject({ id: 'e1', type: event.type, time: event.time, position: position ?? null });
          expect(read.data).toEqual(JSON.parse(JSON.stringify(data)));
          expect(read.metadata).toEqual({ correlationId: 'c', causationId: null, traceparent: null });
        },
      ),
    );
  });

  it('is a tombstone without data', () => {
    expect(readCloudEvent(received(cloudEvent({ ...event, data: null }))).data).toBeNull();
  });

  it('is refused only by a PoisonError, regardless of its content', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.dictionary(
          fc.constantFrom('ce_id', 'ce_type', 'ce_time', 'ce_specversion', 'ce_position', 'content-type'),
          fc.string(),
        ),
        (bytes, headers) => {
          try {
            readCloudEvent(received({ key: null, value: bytes, headers }));
          } catch (error) {
            expect(error).toBeInstanceOf(PoisonError);
          }
        },
      ),
    );
  });
});

describe('a dead letter', () => {
  it('is replayed unchanged, to its original partition and for its group only', () => {
    const original = received(cloudEvent({ ...event, position: 9 }));
    const letter = deadLetter(original, 'target-list', new TypeError('x'.repeat(5_000)), new Date(0));
    expect(letter.headers?.['cause']).toHaveLength(2_000);
    const replay = replayOf({ ...received(letter), topic: 'public.targets.v1.dlq', partition: 0, offset: 0 });
    expect(replay).toEqual({
      key: 't1',
      value: original.value,
      partition: 2,
      headers: { ...original.headers, 'replay-for-group': 'target-list' },
    });
  });

  it('is refused without the headers of its origin', () => {
    expect(() => replayOf(received(cloudEvent(event)))).toThrow(/not a dead letter/);
  });
});
