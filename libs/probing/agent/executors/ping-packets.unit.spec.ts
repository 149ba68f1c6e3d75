import { OUTCOME } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { FpingLine } from './fping-line';
import { fpingArguments, packetSpacingMs, pingOptionsKey } from './ping-options';
import { PingRounds } from './ping-rounds';
import { readFpingNotice } from './fping-notice';
import { SliceTally, type TallyOptions } from './slice-tally';

const NOW_MS = 1_795_387_687_833;
const RECORDED_MS = 1_796_054_296_500;
const { reply, timeout, not_sent } = OUTCOME;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const answer = (ip: string, packet: number, ms = '0.345'): string =>
  `[1795387687.83375] ${ip} : [${packet}], 64 bytes, ${ms} ms (0.345 avg, 0% loss)\n`;
const silence = (ip: string, packet: number): string =>
  `[1795387687.83375] ${ip} : [${packet}], timed out (NaN avg, 100% loss)\n`;
const summary = (ip: string, sent: number, received: number): string =>
  `${ip} : xmt/rcv/%loss = ${sent}/${received}/${Math.round(100 - (100 * received) / sent)}%\n`;

/** Output of fping 5.1 with three packets per target, on both streams, in a network namespace that drops packets; `::1` is the canary. */
const PRINTED = `[1796054295.49260] ::1           : [0], 64 bytes, 0.029 ms (0.029 avg, 0% loss)
[1796054295.50265] 10.6.0.1      : [0], 64 bytes, 0.027 ms (0.027 avg, 0% loss)
[1796054295.66033] 2001:db8:6::1 : [0], 64 bytes, 0.041 ms (0.041 avg, 0% loss)
[1796054295.69268] ::1           : [1], 64 bytes, 0.037 ms (0.033 avg, 0% loss)
[1796054295.70292] 10.6.0.1      : [1], 64 bytes, 0.035 ms (0.031 avg, 0% loss)
[1796054295.72315] 10.6.0.3      : [1], 64 bytes, 0.040 ms (0.040 avg, 0% loss)
[1796054295.75358] 2001:db8:6::1 : [1], 64 bytes, 0.037 ms (0.039 avg, 0% loss)
[1796054295.90009] ::1           : [2], 64 bytes, 0.043 ms (0.036 avg, 0% loss)
[1796054295.93922] 10.6.0.1      : [2], 64 bytes, 0.045 ms (0.036 avg, 0% loss)
[1796054295.99836] 2001:db8:6::1 : [2], 64 bytes, 0.039 ms (0.039 avg, 0% loss)
[1796054296.02287] 10.6.0.2      : [0], timed out (NaN avg, 100% loss)
[1796054296.04445] 10.6.0.3      : [0], timed out (0.040 avg, 50% loss)
[1796054296.14021] 10.6.0.4      : [0], timed out (NaN avg, 100% loss)
[1796054296.21462] 10.6.0.2      : [1], timed out (NaN avg, 100% loss)
[1796054296.23678] 10.6.0.4      : [1], timed out (NaN avg, 100% loss)
[1796054296.44982] 10.6.0.2      : [2], timed out (NaN avg, 100% loss)
[1796054296.46759] 10.6.0.3      : [2], timed out (0.040 avg, 66% loss)
[1796054296.47821] 10.6.0.4      : [2], timed out (NaN avg, 100% loss)

::1           : xmt/rcv/%loss = 3/3/0%, min/avg/max = 0.029/0.036/0.043
10.6.0.1      : xmt/rcv/%loss = 3/3/0%, min/avg/max = 0.027/0.036/0.045
10.6.0.2      : xmt/rcv/%loss = 3/0/100%
10.6.0.3      : xmt/rcv/%loss = 3/1/66%, min/avg/max = 0.040/0.040/0.040
10.6.0.4      : xmt/rcv/%loss = 3/0/100%
10.60.0.5     : xmt/rcv/%loss = 3/0/100%
2001:db8:6::1 : xmt/rcv/%loss = 3/3/0%, min/avg/max = 0.037/0.039/0.041
`;

/** Outcomes of the packets of each target, in order of arrival, and the results of the rounds. */
function read(
  ips: string[],
  packets: number,
  printed: string[],
  more: Partial<TallyOptions> = {},
): { tally: SliceTally; arrived: number[][]; rounds: (number | undefined)[] } {
  const arrived: number[][] = ips.map(() => []);
  const rounds: (number | undefined)[] = ips.map(() => undefined);
  const combined = new PingRounds(packets, (index, _sentAtMs, outcome) => (rounds[index] = outcome));
  const tally = new SliceTally({
    ...{ asked: ['::1', ...ips], canaries: 1, packets, timeoutMs: 500, spacingMs: 10 },
    onResult: (index, sentAtMs, outcome, rttUs) => {
      arrived[index]?.push(outcome);
      combined.addPacket(index, sentAtMs, outcome, rttUs);
    },
    ...{ listened: () => true, clockHeld: () => true, nowMs: () => NOW_MS },
    ...more,
  });
  for (const text of printed) tally.readStreams((take) => take(bytes(text)));
  tally.finishSlice(true);
  combined.endAll();
  return { tally, arrived, rounds };
}

describe('the lines of several packets', () => {
  it('have the number of their packet', () => {
    const line = new FpingLine();
    for (const packet of [0, 1, 19]) {
      const text = bytes(answer('10.0.0.1', packet).trimEnd());
      expect(line.parseLine(text, 0, text.length)).toBe(true);
      expect(line).toMatchObject({ packet, replied: true, rttUs: 345 });
    }
    for (const number of ['', '-1', '1.5', '100', 'x']) {
      const text = bytes(answer('10.0.0.1', 0).trimEnd().replace('[0]', `[${number}]`));
      expect(line.parseLine(text, 0, text.length), number).toBe(false);
    }
  });

  it('are combined as fping printed them', () => {
    const targets = ['10.6.0.1', '10.6.0.2', '10.6.0.3', '10.60.0.5', '2001:db8:6::1'];
    const { tally, arrived, rounds } = read([...targets, '10.6.0.4'], 3, [PRINTED], { nowMs: () => RECORDED_MS });
    expect(rounds).toEqual([reply, timeout, reply, not_sent, reply, timeout]);
    expect(arrived[2]).toEqual([reply, timeout, timeout]);
    expect(tally).toMatchObject({ droppedLines: 0, complaints: [], notSent: 3 });
  });

  it('belong to the packet that they name, also out of order and after its timeout', () => {
    const ip = '10.0.0.1';
    const late = read([ip], 3, [answer('::1', 0), silence(ip, 0) + answer(ip, 0) + answer(ip, 2) + answer(ip, 1)]);
    expect(late.arrived).toEqual([[reply, reply, reply]]);
    const twice = read([ip], 2, [answer('::1', 0), answer(ip, 0), answer(ip, 0), answer(ip, 7), silence(ip, 1)]);
    expect(twice.arrived).toEqual([[reply, timeout]]);
    expect(twice.tally.droppedLines).toBe(2);
  });

  it('are those of targets with the same address in the order in which they were sent', () => {
    const ips = ['10.0.0.1', '10.0.0.1'];
    const { arrived, rounds } = read(ips, 2, [
      answer('::1', 0) + silence(ips[0]!, 0) + answer(ips[0]!, 0) + silence(ips[0]!, 1) + answer(ips[0]!, 1),
      summary(ips[0]!, 2, 0) + summary(ips[0]!, 2, 2),
    ]);
    expect(arrived.flat().sort()).toEqual([reply, reply, timeout, timeout]);
    expect(rounds).not.toContain(undefined);
  });

  it('are missing for packets that were not sent, if the summary has their target', () => {
    const [one, other, third] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    const { arrived, rounds } = read([one, other, third], 2, [
      answer('::1', 0),
      answer(one, 1),
      summary(one, 2, 1) + summary(other, 2, 0),
    ]);
    expect(arrived).toEqual([[reply, not_sent], [not_sent, not_sent], []]);
    expect(rounds).toEqual([reply, not_sent, undefined]);
  });

  it('prove nothing while fping receives nothing', () => {
    const { rounds, tally } = read(['10.0.0.1'], 2, [silence('10.0.0.1', 0), silence('10.0.0.1', 1)]);
    expect(rounds).toEqual([undefined]);
    expect(tally.familyState('ipv4')).toBe('deaf');
  });
});

describe('the arguments of fping', () => {
  const check = { check: 1, type: 'icmp_ping', expect: 'reachable' } as const;
  const version = { text: '5.1', checksSource: false };
  const of = (options: object): string => {
    const slice = { ips: [], checks: [{ ...check, ...options }], timeoutMs: 1_000, spacingMs: 10 };
    return fpingArguments(slice, version, packetSpacingMs(slice)).join(' ');
  };

  it('are the usual ones for a plain ping, also if its options are stated', () => {
    const plain = '-c 1 -t 1000 -i 10.000 -D';
    expect(of({})).toBe(plain);
    expect(of({ packets: 1, size: 56, dscp: 0, dontFragment: false })).toBe(plain);
  });

  it('divide the spacing among the packets, and contain what is set', () => {
    expect(of({ packets: 4 })).toBe('-c 4 -t 1000 -i 2.500 -D -p 200');
    expect(of({ size: 0, dscp: 46, dontFragment: true, source: '2001:db8::1' })).toBe(
      '-c 1 -t 1000 -i 10.000 -D -b 0 -O 184 -M -S 2001:db8::1',
    );
  });

  it('are shared by checks with equal options and any numbers', () => {
    expect(pingOptionsKey({ ...check, size: 56 })).toBe('');
    expect(pingOptionsKey({ ...check, check: 2, packets: 3 })).toBe(pingOptionsKey({ ...check, packets: 3, dscp: 0 }));
    expect(pingOptionsKey({ ...check, packets: 3 })).not.toBe(pingOptionsKey({ ...check, size: 3 }));
    expect(pingOptionsKey({ ...check, type: 'dns' })).toBe('');
  });
});

it('recognizes that a router refused a packet because of its length', () => {
  const messages = [
    'ICMP Unreachable (Fragmentation Needed) from 10.8.1.2 for ICMP Echo sent to 10.8.2.2',
    'ICMPv6 Packet Too Big from 2001:db8::1 for ICMPv6 Echo Request sent to 2001:db8:1::1',
    'ICMP Host Unreachable from 10.8.1.2 for ICMP Echo sent to 10.8.2.2',
  ];
  expect(messages.map((text) => readFpingNotice(text))).toMatchObject([
    ...[{ isTooBig: true }, { isTooBig: true }, { isTooBig: false }],
  ]);
});
