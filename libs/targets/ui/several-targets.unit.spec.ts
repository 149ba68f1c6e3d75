import '@angular/compiler';
import { describe, expect, it } from 'vitest';
import { ambiguityOf, candidatesOf } from './several-targets';

const candidates = [
  { id: 'a', vrf: 'default', name: null },
  { id: 'b', vrf: 'lab', name: 'edge' },
];
const refused = { status: 409, error: { code: 'ambiguous', title: 'Ambiguous', detail: 'Which?', candidates } };

describe('the refusal of an address in several VRFs', () => {
  it('differs from other conflicts and failures', () => {
    const ofError = (error: unknown) => ambiguityOf({ error, sinceMs: 1 });
    expect(ofError(refused)).toEqual({ error: refused, sinceMs: 1 });
    expect(ofError({ ...refused, error: { ...refused.error, code: 'conflict' } })).toBeNull();
    expect(ofError({ status: 0 })).toBeNull();
    expect(ambiguityOf(null)).toBeNull();
  });

  it('has the target of each VRF', () => {
    expect(candidatesOf(refused)).toEqual([
      { id: 'a', vrf: 'default', name: '' },
      { id: 'b', vrf: 'lab', name: 'edge' },
    ]);
    for (const other of [undefined, {}, { error: { candidates: 'x' } }, { error: { candidates: [null, { id: 1 }] } }]) {
      expect(candidatesOf(other)).toEqual([]);
    }
  });
});
