import { describe, expect, it } from 'vitest';
import { STREAM_BYTES_PER_S, STREAM_PIECE_BYTES, StreamPace } from './stream-pace';

const sent: unknown[] = [];
const client = { next: (part: unknown) => sent.push(part) };
const half = { event: 'agent', data: 'x'.repeat(STREAM_PIECE_BYTES / 2) };

describe('the stream of a command', () => {
  it('states how long the client has to wait for more', async () => {
    const pace = new StreamPace(client, () => Promise.resolve());
    expect(pace.owedMs).toBe(0);
    for (let at = 0; at < 16; at++) await pace.sendPart(half);
    const fullMs = ((16 * STREAM_PIECE_BYTES) / 2 / STREAM_BYTES_PER_S) * 1_000;
    expect(pace.owedMs).toBeGreaterThan(fullMs * 0.8);
    expect(pace.owedMs).toBeLessThan(fullMs * 1.2);
  });

  it('waits for a client that does not read', async () => {
    const drained = Promise.withResolvers<void>();
    const pace = new StreamPace(client, () => drained.promise);
    await pace.sendPart(half);
    let hasContinued = false;
    const waiting = pace.sendPart(half).then(() => (hasContinued = true));
    await new Promise(setImmediate);
    expect(hasContinued).toBe(false);
    drained.resolve();
    await waiting;
    expect(hasContinued).toBe(true);
  });
});
