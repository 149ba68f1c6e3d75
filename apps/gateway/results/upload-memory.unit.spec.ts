import { describe, expect, it } from 'vitest';
import { type HeldBody, UploadMemory } from './upload-memory';

describe('the memory for uploads', () => {
  let nowMs = 0;
  const used: number[] = [];
  const memoryOf = (bytesMax: number, agentBytesMax = bytesMax): UploadMemory =>
    new UploadMemory({ bytesMax, agentBytesMax, nowMs: () => nowMs, onChange: (bytes) => used.push(bytes) });
  const held = (memory: UploadMemory, agentId: string, bytes: number, share = 1): HeldBody => {
    const body = memory.holdBody(agentId, share);
    body.reserveMore(bytes);
    return body;
  };

  it('counts received bytes, and releases all of them', () => {
    const memory = memoryOf(100);
    const body = held(memory, 'a', 10);
    body.reserveMore(20);
    body.arrived();
    body.releaseBody();
    body.releaseBody();
    expect(used.splice(0)).toEqual([10, 30, 0]);
    held(memory, 'b', 100);
  });

  it('limits an agent to its share, regardless of free memory', () => {
    const memory = memoryOf(100, 40);
    held(memory, 'a', 30);
    expect(() => held(memory, 'a', 20)).toThrow(/its share of the memory \(40 bytes\).* Try again in 1 s/);
    held(memory, 'b', 40);
  });

  it('limits some uploads to a part', () => {
    const memory = memoryOf(100);
    held(memory, 'a', 50, 0.5);
    expect(() => held(memory, 'b', 1, 0.5)).toThrow('Incomplete uploads');
    held(memory, 'b', 50);
  });

  it('ends the bodies that have been arriving longest, and no complete one', () => {
    const memory = memoryOf(100);
    const aborted: string[] = [];
    const bodies = ['whole', 'slowest', 'slow', 'quick'].map((name, at) => {
      nowMs = at * 1_000;
      const body = held(memory, name, 25);
      body.onAborted = (reason: Error) => aborted.push(`${name}: ${reason.message}`);
      return body;
    });
    bodies[0].arrived();
    nowMs = 4_000;
    const newcomer = held(memory, 'newcomer', 30);
    expect(aborted).toEqual([
      'slowest: Incomplete uploads fill the memory, and this one is slow. Try again in 1 s.',
      'slow: Incomplete uploads fill the memory, and this one is slow. Try again in 1 s.',
    ]);
    expect(() => bodies[1].reserveMore(1)).toThrow('this one is slow');
    // One that has just begun is not slow yet.
    expect(() => newcomer.reserveMore(30)).toThrow('Incomplete uploads');
    bodies[3].releaseBody();
    newcomer.reserveMore(30);
  });

  it('reports when Kafka is the cause', () => {
    const memory = memoryOf(100);
    for (const agent of ['a', 'b']) held(memory, agent, 50).arrived();
    nowMs += 10_000;
    expect(() => held(memory, 'c', 1)).toThrow('Uploads that Kafka has not acknowledged yet fill the memory.');
  });
});
