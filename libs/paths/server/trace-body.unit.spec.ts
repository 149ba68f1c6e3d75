import type { Trace, TraceProbe } from '@icmp-mon/paths/contract';
import { compress } from '@icmp-mon/platform/zstd';
import { describe, expect, it } from 'vitest';
import { decodeTrace, encodeTrace } from './trace-body';

const TRACE: Trace = {
  target: '198.51.100.9',
  startedAtMs: 1_796_000_000_000,
  addresses: ['10.0.0.1', '2001:db8::1', '198.51.100.9'],
  rounds: [[[0, 900], 'lost', [2, 20_000]], [[0, 800], [1, 5_000], 'waiting', null], []],
};

describe('a stored trace', () => {
  it('is read as it was written, with the names of its addresses', () => {
    const names = { '10.0.0.1': 'gw.example.net', '198.51.100.9': 'web.example.net' };
    expect(decodeTrace(encodeTrace({ trace: TRACE, names }))).toEqual({ trace: TRACE, names });
  });

  it('has the name of a target that did not answer', () => {
    const trace = { ...TRACE, addresses: ['10.0.0.1'], rounds: [[[0, 1] as TraceProbe]] };
    const names = { [TRACE.target]: 'web.example.net' };
    expect(decodeTrace(encodeTrace({ trace, names }))).toEqual({ trace, names });
  });

  it('of no rounds, too', () => {
    const trace = { ...TRACE, addresses: [], rounds: [] };
    expect(decodeTrace(encodeTrace({ trace, names: {} }))).toEqual({ trace, names: {} });
  });

  it('of the largest size, too', () => {
    const addresses = Array.from({ length: 600 }, (_, at) => `2001:db8::${(at + 1).toString(16)}`);
    const rounds = Array.from({ length: 20 }, (_, round) =>
      Array.from({ length: 30 }, (_, hop): TraceProbe => [round * 30 + hop, 60_000_000 - hop]),
    );
    const trace = { ...TRACE, addresses, rounds };
    const names = Object.fromEntries(addresses.map((address, at) => [address, `${at}.${'x'.repeat(200)}`]));
    expect(decodeTrace(encodeTrace({ trace, names }))).toEqual({ trace, names });
  });

  it('that is damaged, or of a later format, is refused', () => {
    const bytes = encodeTrace({ trace: TRACE, names: {} });
    expect(() => decodeTrace(compress(Uint8Array.of(2)))).toThrow('has format 2');
    expect(() => decodeTrace(compress(Uint8Array.of(1, 5)))).toThrow('damaged');
    expect(() => decodeTrace(compress(Uint8Array.of(1, 5, 0, 1, 2, 3, 4, 0xff, 0x7f)))).toThrow('damaged');
    expect(() => decodeTrace(bytes.subarray(4))).toThrow('zstd frame');
  });

  it('of ten rounds over twelve hops has few bytes', () => {
    const addresses = Array.from({ length: 12 }, (_, at) => `192.0.${at}.${at + 1}`);
    const rounds = Array.from({ length: 10 }, (_, round) =>
      addresses.map((_, hop): TraceProbe => [hop, (hop + 1) * 2_000 + ((round * 7_919 + hop * 104_729) % 400)]),
    );
    expect(encodeTrace({ trace: { ...TRACE, addresses, rounds }, names: {} }).length).toBeLessThan(400);
  });
});
