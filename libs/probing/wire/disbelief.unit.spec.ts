import { decodeDetail, DISBELIEF_REASONS, encodeDisbelief, encodePackets, OUTCOME } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { decodeSeriesBody, encodeSeriesBody, SeriesBuilder } from '.';

describe('the details of results that are not believed', () => {
  it('state the reason, with the packets of a ping, also for reasons to come', () => {
    for (const reason of DISBELIEF_REASONS) {
      expect(decodeDetail(encodeDisbelief(reason))).toEqual({ notBelieved: reason });
    }
    const packets = encodePackets({ sent: 5, received: 0 });
    expect(decodeDetail(encodeDisbelief('uplink_out', packets))).toEqual({
      notBelieved: 'uplink_out',
      packets: { sent: 5, received: 0 },
    });
    expect(decodeDetail([3, 99, 0, 0])).toEqual({ notBelieved: 'unknown' });
    expect(decodeDetail([3, 0, 0, 0])).toEqual({});
  });

  it('are refused by a release that does not know their kind or the version of the body, with what to do', () => {
    const builder = new SeriesBuilder(10, 1);
    builder.addSample(1, 0, OUTCOME.error, 0, encodeDisbelief('deaf'));
    const body = encodeSeriesBody(builder.buildSamples());
    const kindAt = body.length - 5;
    expect(body[kindAt]).toBe(3);
    const newer = body.map((byte, at) => (at === kindAt ? 9 : byte));
    expect(() => decodeSeriesBody(newer)).toThrow(/detail of an unknown kind: .*upgrade this process/);
    expect(() => decodeSeriesBody(Uint8Array.of(3, ...body.slice(1)))).toThrow(/version 3, .*upgrade this process/);
  });
});
