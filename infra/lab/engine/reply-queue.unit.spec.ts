import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RateLimits } from './rate-limit.mjs';
import { ReplyQueue } from './reply-queue.mjs';
import { ReplyRing, ringMemory } from './reply-ring.mjs';

const reply = (dueMs: number, bytes = Buffer.alloc(0)) => ({ dueMs, bytes });

it('a queue returns replies in the order in which they are due', () => {
  // Not -0, whose place among zeros is not defined.
  const someTimes = fc.array(fc.double({ noNaN: true }).map((time) => time + 0));
  fc.assert(
    fc.property(someTimes, (times) => {
      const queue = new ReplyQueue(1_000);
      for (const time of times) queue.add(reply(time));
      const taken = times.map(() => queue.takeNext()?.dueMs);
      expect(taken).toEqual([...times].sort((a, b) => a - b));
      expect([queue.size, queue.nextDueMs, queue.takeNext()]).toEqual([0, Infinity, undefined]);
    }),
  );
});

it('a full queue drops and counts', () => {
  const queue = new ReplyQueue(2);
  for (const time of [3, 1, 2]) queue.add(reply(time));
  expect([queue.size, queue.dropped, queue.nextDueMs]).toEqual([2, 1, 1]);
});

it('a ring passes replies on in order, round and round, and refuses what does not fit', () => {
  const memory = ringMemory();
  const [writer, reader] = [new ReplyRing(memory), new ReplyRing(memory)];
  const received: number[] = [];
  const drain = () => reader.drain(({ bytes }) => received.push(bytes.readUInt32BE(0)));
  const numbered = (n: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(n, 0);
    return reply(n, bytes);
  };
  let sent = 0;
  for (let round = 0; round < 3; round++) {
    while (writer.add(numbered(sent))) sent++;
    drain();
  }
  expect(sent).toBeGreaterThan(3 * 10_000);
  expect(received).toEqual(Array.from({ length: sent }, (_, n) => n));
  expect(writer.add(reply(0, Buffer.alloc(2_000)))).toBe(false);
});

it('a rate limit allows a burst of one second, then its rate', () => {
  const limits = new RateLimits();
  const allowed = (nowMs: number) =>
    Array.from({ length: 20 }, () => limits.allows('a', 5, nowMs)).filter(Boolean).length;
  expect([allowed(0), allowed(200), allowed(10_000), allowed(10_000)]).toEqual([5, 1, 5, 0]);
  expect(limits.allows('b', 0.1, 0)).toBe(true);
});
