import { OUTCOME } from '@icmp-mon/probing/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CANARIES, familiesOf } from './address-family';
import { addressKeyOf } from './byte-cursor';
import { FpingLine } from './fping-line';
import { FpingSummary, readFpingNotice } from './fping-notice';
import { readFpingVersion } from './fping-version';
import { LineSplitter } from './line-splitter';
import { SliceTally, type TallyOptions } from './slice-tally';

const NOW_MS = 1_795_387_687_900;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const reply = (ip: string, rtt = '0.345'): string =>
  `[1795387687.83375] ${ip}  : [0], 64 bytes, ${rtt} ms (${rtt} avg, 0% loss)\n`;
const timeout = (ip: string): string => `[1795387687.84000] ${ip} : [0], timed out (NaN avg, 100% loss)\n`;

interface Got {
  index: number;
  sentAtMs: number;
  outcome: number;
  rttUs: number;
}

interface Tried {
  tally: SliceTally;
  got: Got[];
  /** Output of fping between two reads, and the following read, which settles misses. */
  print: (...texts: string[]) => void;
}

/** A slice whose fping receives replies, unless the canary is left out. */
function tallyOf(ips: string[], more: Partial<TallyOptions> & { deaf?: boolean } = {}): Tried {
  const got: Got[] = [];
  const { deaf = false, ...options } = more;
  const families = familiesOf(ips);
  const tally = new SliceTally({
    asked: [...families.map((family) => CANARIES[family]), ...ips],
    canaries: families.length,
    timeoutMs: 1_000,
    spacingMs: 10,
    onResult: (index, sentAtMs, outcome, rttUs) => got.push({ index, sentAtMs, outcome, rttUs }),
    listened: () => true,
    clockHeld: () => true,
    nowMs: () => NOW_MS,
    ...options,
  });
  const print = (...texts: string[]): void => {
    tally.readStreams((take) => take(bytes(texts.join(''))));
    tally.readStreams(() => undefined);
  };
  if (!deaf) print(...families.map((family) => reply(CANARIES[family], '0.020')));
  return { tally, got, print };
}

function readLine(text: string): FpingLine | undefined {
  const line = new FpingLine();
  const all = bytes(text);
  return line.parseLine(all, 0, all.length) ? line : undefined;
}

describe('a line of fping', () => {
  it('is parsed as a reply with its time and rtt, or as a timeout', () => {
    expect(readLine(reply('127.0.0.1').trimEnd())).toMatchObject({ address: 0x7f00_0001, replied: true, rttUs: 345 });
    expect(readLine(reply('127.0.0.1').trimEnd())?.atMs).toBeCloseTo(1_795_387_687_833.75, 2);
    expect(readLine(reply('2001:db8::1', '123').trimEnd())).toMatchObject({ address: '2001:db8::1', rttUs: 123_000 });
    expect(readLine(timeout('10.0.0.1').trimEnd())).toMatchObject({ address: 0x0a00_0001, replied: false, rttUs: 0 });
  });

  it('yields the source of a reply from another address, regardless of its place in the line', () => {
    const line = reply('10.0.0.1').trimEnd();
    expect(readLine(line)).toMatchObject({ address: 0x0a00_0001, source: '' });
    for (const text of [` [<- 10.0.0.9]${line}`, `${line} [<- 10.0.0.9]`, ` [<- 10.0.0.8] [<- 10.0.0.9]${line}`]) {
      expect(readLine(text)).toMatchObject({ address: 0x0a00_0001, source: 0x0a00_0009, rttUs: 345 });
    }
    expect(readLine(` [<- 10.0.0.9${line}`)).toBeUndefined();
    expect(readLine(` [<- host.example]${line}`)).toBeUndefined();
  });

  it('of 4.2 is parsed too, although that version is not used', () => {
    const line = '[1795387687.833750] 127.0.0.1 : [0], 84 bytes, 0.05 ms (0.05 avg, 0% loss)';
    expect(readLine(line)).toMatchObject({ replied: true, rttUs: 50 });
  });

  it.each([
    '',
    '127.0.0.1 : [0], 64 bytes, 0.345 ms (0.345 avg, 0% loss)',
    '[1795387687.83375] 127.0.0.1 : [1.5], 64 bytes, 0.345 ms (0.345 avg, 0% loss)',
    '[1795387687.83375] 127.0.0.1 : [0], 64 bytes, 0.345 ms (0.345 avg, 0% loss) ',
    '[1795387687.83375] 127.0.0.1 : [0], 64 bytes, 0.345 ms (0.3[1795387687.84] 127.0.0.2 : [0], timed out (NaN avg, 100% loss)',
    '[1795387687.83375] 127.0.0.1 : [0], 64 bytes, -1 ms (0.345 avg, 0% loss)',
    '[1795387687.83375] host.example : [0], 64 bytes, 0.345 ms (0.345 avg, 0% loss)',
    '[1795387687.83375] 127.0.0.1 : duplicate for [0], 64 bytes, 0.345 ms',
  ])('is dropped when it is anything else: %s', (text) => {
    expect(readLine(text)).toBeUndefined();
  });

  it('of standard error is an ICMP error, a summary or an error message', () => {
    const read = (text: string): FpingSummary | undefined => {
      const summary = new FpingSummary();
      return summary.parseSummary(bytes(text), 0, text.length) ? summary : undefined;
    };
    expect(read('10.9.0.1   : xmt/rcv/%loss = 1/0/100%')).toMatchObject({ address: 0x0a09_0001, sent: 1, received: 0 });
    expect(read('::1 : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.230/0.230/0.230')).toMatchObject({
      address: '::1',
      sent: 1,
      received: 1,
    });
    expect(read('::1 : xmt/rcv/%loss = 0/0/0%')).toMatchObject({ address: '::1', sent: 0, received: 0 });
    expect(read('10.9.0.1 : xmt/rcv/%return = 1/2/200%')).toMatchObject({ sent: 1, received: 2 });
    for (const none of ['10.9.0.1 : xmt/rcv/%loss = 1/', '10.9.0.1 : xmt/rcv/%loss = x/0/0%', ' : xmt/rcv', '']) {
      expect(read(none)).toBeUndefined();
    }
    const unreachable = 'ICMP Host Unreachable from 10.50.0.2 for ICMP Echo sent to 10.60.1.1';
    expect(readFpingNotice(unreachable)).toEqual({ kind: 'unreachable', address: 0x0a3c_0101, isTooBig: false });
    expect(readFpingNotice("fping: can't create socket (must run as root?)")).toMatchObject({ kind: 'complaint' });
    expect(readFpingNotice('')).toEqual({ kind: 'nothing' });
  });
});

describe('the version of fping', () => {
  it.each([
    [
      'fping: Version 5.0\nfping: comments to david@schweikert.ch',
      { kind: 'usable', version: { text: '5.0', checksSource: false } },
    ],
    ['/usr/bin/fping: Version 5.1', { kind: 'usable', version: { text: '5.1', checksSource: false } }],
    ['fping: Version 5.3', { kind: 'usable', version: { text: '5.3', checksSource: true } }],
    ['fping: Version 5.5-rc1', { kind: 'usable', version: { text: '5.5-rc1', checksSource: true } }],
    ['fping: Version 10.0', { kind: 'usable', version: { text: '10.0', checksSource: true } }],
    ['fping: Version 4.4', { kind: 'unsupported', detail: 'it has version 4.4' }],
    [
      'fping: Version 4.2\nfping: comments to david@schweikert.ch',
      { kind: 'unsupported', detail: 'it has version 4.2' },
    ],
    ['hello', { kind: 'unsupported', detail: 'it reports no version of fping but "hello"' }],
  ])('%s', (output, answer) => {
    expect(readFpingVersion(output)).toEqual(answer);
  });
});

describe('the key of an address', () => {
  it('is unique per canonical address', () => {
    const ip = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(ip, ip, (one, other) => {
        expect(addressKeyOf(one) === addressKeyOf(other)).toBe(one === other);
      }),
      { numRuns: 2_000 },
    );
    const texts = [
      '256.0.0.1',
      '01.2.3.4',
      '1..3.4',
      '1.2.3.',
      '1.2.3',
      '1.2.3.4.5',
      '0.0.0.256',
      '127.0.0.1x',
      'a.b.c.d',
      '',
    ];
    for (const text of texts) expect(addressKeyOf(text)).toBe(text);
    expect(addressKeyOf('255.255.255.255')).toBe(-1);
  });
});

describe('the line splitter', () => {
  it('returns the same lines regardless of how the bytes are split', () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 40 }), { maxLength: 20 });
    fc.assert(
      fc.property(lines, fc.array(fc.nat(60), { minLength: 1, maxLength: 60 }), (texts, cuts) => {
        const seen: string[] = [];
        const splitter = new LineSplitter((chunk, from, to) =>
          seen.push(String.fromCharCode(...chunk.subarray(from, to))),
        );
        const all = bytes(texts.map((text) => `${text}\n`).join(''));
        for (let at = 0, cut = 0; at < all.length; cut++) {
          const length = 1 + (cuts[cut % cuts.length] ?? 0);
          splitter.pushChunk(all.subarray(at, at + length));
          at += length;
        }
        splitter.endStream();
        expect(seen).toEqual(texts);
        expect(splitter.dropped).toBe(0);
      }),
    );
  });

  it('drops and counts lines that are too long or never end, and continues after them', () => {
    const seen: string[] = [];
    const splitter = new LineSplitter((chunk, from, to) => seen.push(String.fromCharCode(...chunk.subarray(from, to))));
    splitter.pushChunk(bytes('x'.repeat(4_000)));
    splitter.pushChunk(bytes(`${'x'.repeat(600)}\nshort\n${'y'.repeat(5_000)}\n${'z'.repeat(4_000)}\ncut`));
    splitter.endStream();
    expect(seen).toEqual(['short', 'z'.repeat(4_000)]);
    expect(splitter.dropped).toBe(3);
  });
});

describe('a slice', () => {
  it('dates a probe by the time it was sent', () => {
    const { got, print } = tallyOf(['127.0.0.1', '127.0.0.2']);
    print(reply('127.0.0.1', '12.5') + timeout('127.0.0.2'));
    expect(got[0]?.sentAtMs).toBeCloseTo(1_795_387_687_821.25, 2);
    expect(got[1]?.sentAtMs).toBeCloseTo(1_795_387_686_840, 2);
    expect(got.map(({ outcome }) => outcome)).toEqual([OUTCOME.reply, OUTCOME.timeout]);
  });

  it('accepts no second result, and none for an address that was not probed', () => {
    const { tally, got, print } = tallyOf(['127.0.0.1']);
    print(reply('127.0.0.1') + reply('127.0.0.1') + reply('127.0.0.9') + timeout('127.0.0.1'));
    tally.finishSlice(true);
    expect(got).toHaveLength(1);
    expect(tally.droppedLines).toBe(3);
  });

  it('reports one result per target when targets share an address', () => {
    const { got, print } = tallyOf(['127.0.0.1', '127.0.0.2', '127.0.0.1']);
    print(reply('127.0.0.1') + reply('127.0.0.2') + timeout('127.0.0.1') + reply('127.0.0.2'));
    expect(got.map(({ index, outcome }) => [index, outcome])).toEqual([
      [0, OUTCOME.reply],
      [1, OUTCOME.reply],
      [2, OUTCOME.timeout],
    ]);
  });

  it('has no data where the reply came from an address other than the probed one', () => {
    const { tally, got, print } = tallyOf(['10.0.0.1', '10.0.0.2', '2001:db8::1']);
    print(` [<- 10.0.0.9]${reply('10.0.0.1')}${reply('10.0.0.2')} [<- 2001:db8::9]${reply('2001:db8::1')}`);
    print(`10.0.0.1 : xmt/rcv/%loss = 1/1/0%, min/avg/max = 1/1/1\n`);
    tally.finishSlice(true);
    expect(got.map(({ index, outcome }) => [index, outcome])).toEqual([[1, OUTCOME.reply]]);
    expect(tally).toMatchObject({ foreignReplies: 2, foreignExample: '2001:db8::9 for 2001:db8::1' });
  });

  it('counts no reply from another address that fping receives', () => {
    const { tally, got, print } = tallyOf(['10.0.0.1', '10.0.0.2'], { deaf: true });
    print(` [<- 10.0.0.9]${reply('10.0.0.1')}${timeout('10.0.0.2')}`);
    tally.finishSlice(true);
    expect(got).toEqual([]);
    expect(tally.familyState('ipv4')).toBe('deaf');
  });

  it.each([
    'ICMP Host Unreachable from 10.50.0.2 for ICMP Echo sent to 10.60.1.1\n',
    'ICMP Unreachable (Communication Administratively Prohibited) from 10.50.0.2 for ICMP Echo sent to 10.60.1.1\n',
    'ICMP Time Exceeded from 10.50.0.2 for ICMP Echo sent to 10.60.1.1\n',
    ' [<- 10.0.0.9] [<- 10.0.0.8]ICMP Host Unreachable from 10.50.0.2 for ICMP Echo sent to 10.60.1.1\n',
    `${' [<- 10.0.0.9]'.repeat(100)}ICMP Host Unreachable from 10.50.0.2 for ICMP Echo sent to 10.60.1.1\n`,
  ])('reports unreachable when an ICMP error explains it: %s', (error) => {
    const { got, print } = tallyOf(['10.60.1.1']);
    print(error + timeout('10.60.1.1'));
    expect(got).toMatchObject([{ outcome: OUTCOME.unreachable }]);
  });

  it.each([
    'ICMPv6 Destination Unreachable (No route to destination) from fd00::2 for ICMPv6 Echo Request sent to 2001:db8::1\n',
    'ICMPv6 Time Exceeded (Hop limit exceeded in transit) from fd00::2 for ICMPv6 Echo Request sent to 2001:db8::1\n',
    'ICMPv6 Destination Unreachable (Code 200) from fd00::2 for ICMPv6 Echo Request sent to 2001:db8::1\n',
  ])('reads the ICMPv6 errors that fping reports from 5.5: %s', (error) => {
    const { got, print } = tallyOf(['2001:db8::1']);
    print(error + timeout('2001:db8::1'));
    expect(got).toMatchObject([{ outcome: OUTCOME.unreachable }]);
  });

  it.each([
    'ICMP Redirect from 10.50.0.2 for ICMP Echo sent to 10.60.1.1\n',
    'ICMP Source Quench from 10.50.0.2 for ICMP Echo sent to 10.60.1.1\n',
    'ICMP 9 from 10.50.0.2 for ICMP Echo sent to 10.60.1.1\n',
    'ICMPv6 Type 137 Code 0 from fd00::2 for ICMPv6 Echo Request sent to 2001:db8::1\n',
    'ICMP Host Unreachable from 10.50.0.2 for ICMP Echo sent to 10.60.1.2\n',
  ])('does not report unreachable when a message shows that the probe was forwarded: %s', (message) => {
    const { got, print } = tallyOf(['10.60.1.1']);
    print(message + timeout('10.60.1.1'));
    expect(got).toMatchObject([{ outcome: OUTCOME.timeout }]);
  });

  it("reports not sent only for targets in fping's summary without a line; they have no data without the summary", () => {
    const { tally, got, print } = tallyOf(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    print(
      '10.0.0.1 : xmt/rcv/%loss = 1/0/100%\n 10.0.0.2 : cut',
      '\n10.0.0.2 : xmt/rcv/%loss = 1/1/0%, min/avg/max = 1/1/1\n',
    );
    tally.finishSlice(true);
    expect(got).toEqual([{ index: 0, sentAtMs: NOW_MS + 10, outcome: OUTCOME.not_sent, rttUs: 0 }]);
  });

  it.each([1, 40, 200])('parses a summary that follows %i sources of foreign replies on the same line', (sources) => {
    const { tally, got, print } = tallyOf(['10.0.0.1']);
    print(`${' [<- 10.0.0.9]'.repeat(sources)}10.0.0.1 : xmt/rcv/%loss = 1/0/100%\n`);
    tally.finishSlice(true);
    expect(got).toMatchObject([{ outcome: OUTCOME.not_sent }]);
    expect(tally.droppedLines).toBe(0);
  });

  it('reports a family without a socket as not sent and unavailable', () => {
    const { tally, got, print } = tallyOf(['10.0.0.1', '2001:db8::1'], { deaf: true });
    print(reply('10.0.0.1'), '\n10.0.0.1 : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.3/0.3/0.3\n');
    print('::1 : xmt/rcv/%loss = 0/0/0%\n2001:db8::1 : xmt/rcv/%loss = 0/0/0%\n');
    tally.finishSlice(true);
    expect(got.map(({ index, outcome }) => [index, outcome])).toEqual([
      [0, OUTCOME.reply],
      [1, OUTCOME.not_sent],
    ]);
    expect([tally.familyState('ipv4'), tally.familyState('ipv6')]).toEqual(['heard', 'unavailable']);
  });

  it('drops a reply if the clock was set during its round trip, whose duration is wrong by that step', () => {
    const setAtMs = 1_795_387_687_800;
    const clockHeld = (fromMs: number, toMs: number): boolean => fromMs >= setAtMs || toMs <= setAtMs;
    const { tally, got, print } = tallyOf(['10.0.0.1', '10.0.0.2', '10.0.0.3'], { clockHeld });
    print(reply('10.0.0.1', '400'), reply('10.0.0.2', '0.345'), reply('10.0.0.3', '1400'));
    tally.finishSlice(true);
    expect(got.map(({ index, rttUs }) => [index, rttUs])).toEqual([[1, 345]]);
    expect(tally.familyState('ipv4')).toBe('heard');
  });

  it('counts a reply after the timeout as a timeout', () => {
    const { got, print } = tallyOf(['10.0.0.1'], { timeoutMs: 500 });
    print(reply('10.0.0.1', '500.2'));
    expect(got).toMatchObject([{ outcome: OUTCOME.timeout, rttUs: 0 }]);
  });

  it("uses the agent's clock when the line's time is implausible, and the line's time when reading is late", () => {
    const ahead = tallyOf(['10.0.0.1']);
    ahead.print(reply('10.0.0.1', '1.00').replace('1795387687', '1795646887'));
    expect(ahead.got).toEqual([{ index: 0, sentAtMs: NOW_MS - 1, outcome: OUTCOME.reply, rttUs: 1_000 }]);
    const times = [NOW_MS, NOW_MS];
    const late = tallyOf(['10.0.0.1'], { nowMs: () => times.shift() ?? NOW_MS + 60_000 });
    late.print(reply('10.0.0.1', '1.00'));
    expect(late.got[0]?.sentAtMs).toBeCloseTo(1_795_387_687_832.75, 2);
  });

  it('never reports a result for the wrong target, regardless of truncated, duplicate, foreign or garbled lines', () => {
    const ips = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.13'];
    const line = fc.oneof(
      fc.constantFrom(...ips).map((ip) => reply(ip, `${ips.indexOf(ip) + 1}.00`)),
      fc.constantFrom(...ips).map((ip) => ` [<- 10.9.9.9]${reply(ip, '9.99')}`),
      fc.constantFrom('10.0.0.4', '10.0.0.11', '::1').map((ip) => reply(ip, '9.99')),
      fc.constantFrom(...ips).map(timeout),
    );
    const spoilt = fc
      .tuple(line, fc.nat(80), fc.nat(80))
      .map(([text, from, to]) => text.slice(0, from) + text.slice(to));
    const garbage = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(fc.array(fc.oneof(line, spoilt, garbage), { maxLength: 40 }), (texts) => {
        const { tally, got, print } = tallyOf(ips);
        print(...texts);
        tally.finishSlice(true);
        expect(new Set(got.map(({ index }) => index)).size).toBe(got.length);
        for (const { rttUs, outcome } of got) expect(outcome === OUTCOME.reply || rttUs === 0).toBe(true);
        // For complete lines only: each reply has the rtt that belongs to its address.
        if (texts.every((text) => /^(?: \[<- 10\.9\.9\.9\])?\[[^[]*loss\)\n$/.test(text))) {
          for (const { index, rttUs, outcome } of got) {
            if (outcome === OUTCOME.reply) expect(rttUs).toBe((index + 1) * 1_000);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a miss', () => {
  it('counts once fping has received anything of the same family', () => {
    const { tally, got, print } = tallyOf(['10.0.0.1', '10.0.0.2', '2001:db8::1'], { deaf: true });
    print(timeout('10.0.0.1'), timeout('2001:db8::1'));
    expect(got).toEqual([]);
    print(reply('10.0.0.2'));
    expect(got.map(({ index, outcome }) => [index, outcome])).toEqual([
      [1, OUTCOME.reply],
      [0, OUTCOME.timeout],
    ]);
    tally.finishSlice(true);
    expect(got).toHaveLength(2);
    expect([tally.familyState('ipv4'), tally.familyState('ipv6')]).toEqual(['heard', 'deaf']);
  });

  it('counts also when fping has received only an ICMP error', () => {
    const { got, print } = tallyOf(['10.60.1.1', '10.0.0.2'], { deaf: true });
    print('ICMP Host Unreachable from 10.50.0.2 for ICMP Echo sent to 10.60.1.1\n');
    print(timeout('10.60.1.1') + timeout('10.0.0.2'));
    expect(got.map(({ outcome }) => outcome)).toEqual([OUTCOME.unreachable, OUTCOME.timeout]);
  });

  it('is no data when fping received nothing, or ended before that was known', () => {
    for (const endedByItself of [true, false]) {
      const { tally, got, print } = tallyOf(['10.0.0.1'], { deaf: true });
      print(timeout(CANARIES.ipv4) + timeout('10.0.0.1'));
      tally.finishSlice(endedByItself);
      expect(got).toEqual([]);
      expect(tally.familyState('ipv4')).toBe('deaf');
    }
  });

  it('is withdrawn when the reply follows it: fping was late, not the target', () => {
    const { tally, got } = tallyOf(['10.0.0.1', '10.0.0.2']);
    tally.readStreams((take) => take(bytes(timeout('10.0.0.1') + timeout('10.0.0.2'))));
    expect(got).toEqual([]);
    tally.readStreams((take) => take(bytes(reply('10.0.0.1', '999'))));
    expect(got.map(({ index, outcome }) => [index, outcome])).toEqual([
      [0, OUTCOME.reply],
      [1, OUTCOME.timeout],
    ]);
  });

  it('is no data when fping was paused during the wait', () => {
    const listened = (fromMs: number): boolean => fromMs > 1_795_387_686_900;
    const { tally, got, print } = tallyOf(['10.0.0.1', '10.0.0.2', '10.0.0.3'], { listened });
    print(timeout('10.0.0.1'), reply('10.0.0.2'), timeout('10.0.0.3').replace('1795387687.84', '1795387688.84'));
    tally.finishSlice(true);
    expect(got.map(({ index, outcome }) => [index, outcome])).toEqual([
      [1, OUTCOME.reply],
      [2, OUTCOME.timeout],
    ]);
  });
});
