import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BodyMemory, BodySlabs } from './body-slabs';

const KIB = 1024;
const memoryOf = ({ bytes }: BodyMemory): ArrayBufferLike => bytes.buffer;

describe('the slabs of bodies', () => {
  it('hold many bodies, and are reused once all of them were given back', () => {
    const slabs = new BodySlabs();
    const fill = (): BodyMemory[] => Array.from({ length: 50 }, () => slabs.takeMemory(20 * KIB));
    const first = fill();
    expect(new Set(first.map(memoryOf)).size).toBe(1);
    const second = fill();
    expect(memoryOf(second[0])).toBe(memoryOf(first[0]));
    expect(memoryOf(second[49])).not.toBe(memoryOf(first[0]));
    for (const body of [...first, ...second]) body.giveBack();
    const known = new Set([...first, ...second].map(memoryOf));
    for (const body of [...fill(), ...fill()]) expect(known.has(memoryOf(body))).toBe(true);
  });

  it('are not reused while one body was not given back, regardless of how often another one is', () => {
    const slabs = new BodySlabs();
    const kept = slabs.takeMemory(KIB);
    const other = slabs.takeMemory(KIB);
    for (let at = 0; at < 5; at++) other.giveBack();
    for (let at = 0; at < 100; at++) {
      const body = slabs.takeMemory(100 * KIB);
      expect(overlap(kept, body)).toBe(false);
      body.giveBack();
    }
  });

  it('give a large body its own memory', () => {
    const slabs = new BodySlabs();
    expect(memoryOf(slabs.takeMemory(600 * KIB))).not.toBe(memoryOf(slabs.takeMemory(10)));
    expect(slabs.takeMemory(4 * KIB * KIB).bytes).toHaveLength(4 * KIB * KIB);
  });

  it('never give two bodies the same memory', () => {
    const step = fc.record({ bytes: fc.nat(300 * KIB), given: fc.nat(20), isGiven: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const slabs = new BodySlabs();
        const held: BodyMemory[] = [];
        for (const { bytes, given, isGiven } of steps) {
          const body = slabs.takeMemory(bytes);
          expect(body.bytes).toHaveLength(bytes);
          expect(held.some((other) => overlap(other, body))).toBe(false);
          held.push(body);
          if (isGiven) for (const done of held.splice(given % held.length, 1)) done.giveBack();
        }
      }),
    );
  });
});

function overlap({ bytes: a }: BodyMemory, { bytes: b }: BodyMemory): boolean {
  const isApart = a.byteOffset + a.length <= b.byteOffset || b.byteOffset + b.length <= a.byteOffset;
  return a.buffer === b.buffer && !isApart && a.length > 0 && b.length > 0;
}
