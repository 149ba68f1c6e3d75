import { OUTCOME } from '@icmp-mon/probing/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKeyOf } from './byte-cursor';
import { FpingLine } from './fping-line';
import { FpingSummary, readFpingNotice } from './fping-notice';
import { LineSplitter } from './line-splitter';
import { SliceTally } from './slice-tally';

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

function tallyOf(ips: string[], timeoutMs = 1_000): { tally: SliceTally; got: Got[] } {
  const got: Got[] = [];
  const tally = new SliceTally(
    { ips, timeoutMs, spacingMs: 10 },
    (index, sentAtMs, outcome, rttUs) => got.push({ index, sentAtMs, outcome, rttUs }),
    NOW_MS,
    () => NOW_MS,
  );
  return { tally, got };
}

function readLine(text: string): FpingLine | undefined {
  const line = new FpingLine();
  const all = bytes(text);
  return line.read(all, 0, all.length) ? line : undefined;
}

describe('a line of fping', () => {
  it('is a reply with its time and rtt, or a timeout', () => {
    expect(readLine(reply('127.0.0.1').trimEnd())).toMatchObject({ address: 0x7f00_0001, replied: true, rttUs: 345 });
    expect(readLine(reply('127.0.0.1').trimEnd())?.atMs).toBeCloseTo(1_795_387_687_833.75, 2);
    expect(readLine(reply('2001:db8::1', '123').trimEnd())).toMatchObject({ address: '2001:db8::1', rttUs: 123_000 });
    expect(readLine(timeout('10.0.0.1').trimEnd())).toMatchObject({ address: 0x0a00_0001, replied: false, rttUs: 0 });
  });

  it.each([
    '',
    '127.0.0.1 : [0], 64 bytes, 0.345 ms (0.345 avg, 0% loss)',
    '[1795387687.83375] 127.0.0.1 : [1], 64 bytes, 0.345 ms (0.345 avg, 0% loss)',
    '[1795387687.83375] 127.0.0.1 : [0], 64 bytes, 0.345 ms (0.345 avg, 0% loss) ',
    '[1795387687.83375] 127.0.0.1 : [0], 64 bytes, 0.345 ms (0.3[1795387687.84] 127.0.0.2 : [0], timed out (NaN avg, 100% loss)',
    '[1795387687.83375] 127.0.0.1 : [0], 64 bytes, -1 ms (0.345 avg, 0% loss)',
    '[1795387687.83375] host.example : [0], 64 bytes, 0.345 ms (0.345 avg, 0% loss)',
    '[1795387687.83375] 127.0.0.1 : duplicate for [0], 64 bytes, 0.345 ms',
  ])('is dropped when it is anything else: %s', (text) => {
    expect(readLine(text)).toBeUndefined();
  });

  it('of standard error tells an ICMP error, a summary, and a complaint apart', () => {
    const read = (text: string): FpingSummary | undefined => {
      const summary = new FpingSummary();
      return summary.read(bytes(text), 0, text.length) ? summary : undefined;
    };
    expect(read('10.9.0.1   : xmt/rcv/%loss = 1/0/100%')).toMatchObject({ address: 0x0a09_0001, replied: false });
    expect(read('::1 : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.230/0.230/0.230')).toMatchObject({
      address: '::1',
      replied: true,
    });
    for (const none of ['10.9.0.1 : xmt/rcv/%loss = 2/0/100%', '10.9.0.1 : xmt/rcv/%loss = 1/', ' : xmt/rcv', '']) {
      expect(read(none)).toBeUndefined();
    }
    const unreachable = 'ICMP Host Unreachable from 10.50.0.2 for ICMP Echo sent to 10.60.1.1';
    expect(readFpingNotice(unreachable)).toEqual({ kind: 'unreachable', address: 0x0a3c_0101 });
    expect(readFpingNotice("fping: can't create socket (must run as root?)")).toMatchObject({ kind: 'complaint' });
    expect(readFpingNotice('')).toEqual({ kind: 'nothing' });
  });
});

describe('the key of an address', () => {
  it('is one for each canonical address, and never that of another', () => {
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
  it('gives the same lines however the bytes are cut', () => {
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
          splitter.push(all.subarray(at, at + length));
          at += length;
        }
        splitter.end();
        expect(seen).toEqual(texts);
        expect(splitter.dropped).toBe(0);
      }),
    );
  });

  it('drops and counts what is too long or never ends, and goes on after it', () => {
    const seen: string[] = [];
    const splitter = new LineSplitter((chunk, from, to) => seen.push(String.fromCharCode(...chunk.subarray(from, to))));
    splitter.push(bytes('x'.repeat(600)));
    splitter.push(bytes(`${'x'.repeat(600)}\nshort\n${'y'.repeat(2000)}\nnext\ncut`));
    splitter.end();
    expect(seen).toEqual(['short', 'next']);
    expect(splitter.dropped).toBe(3);
  });
});

describe('a slice', () => {
  it('places a probe at the time it was sent', () => {
    const { tally, got } = tallyOf(['127.0.0.1', '127.0.0.2']);
    tally.pushOutput(bytes(reply('127.0.0.1', '12.5') + timeout('127.0.0.2')));
    expect(got[0]?.sentAtMs).toBeCloseTo(1_795_387_687_821.25, 2);
    expect(got[1]?.sentAtMs).toBeCloseTo(1_795_387_686_840, 2);
    expect(got.map(({ outcome }) => outcome)).toEqual([OUTCOME.reply, OUTCOME.timeout]);
  });

  it('takes no second result, and none for an address that was not asked', () => {
    const { tally, got } = tallyOf(['127.0.0.1']);
    tally.pushOutput(bytes(reply('127.0.0.1') + reply('127.0.0.1') + reply('127.0.0.9') + timeout('127.0.0.1')));
    tally.finish();
    expect(got).toHaveLength(1);
    expect(tally.droppedLines).toBe(3);
  });

  it('gives targets that share an address a result each', () => {
    const { tally, got } = tallyOf(['127.0.0.1', '127.0.0.2', '127.0.0.1']);
    tally.pushOutput(bytes(reply('127.0.0.1') + reply('127.0.0.2') + timeout('127.0.0.1') + reply('127.0.0.1')));
    expect(got.map(({ index, outcome }) => [index, outcome])).toEqual([
      [0, OUTCOME.reply],
      [1, OUTCOME.reply],
      [2, OUTCOME.timeout],
    ]);
  });

  it('calls unreachable what an ICMP error explains', () => {
    const { tally, got } = tallyOf(['10.60.1.1']);
    tally.pushErrors(bytes('ICMP Host Unreachable from 10.50.0.2 for ICMP Echo sent to 10.60.1.1\n'));
    tally.pushOutput(bytes(timeout('10.60.1.1')));
    expect(got).toMatchObject([{ outcome: OUTCOME.unreachable }]);
  });

  it('calls not sent only what fping says that it asked, without a line; without the summary there is no data', () => {
    const { tally, got } = tallyOf(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    const summaries = '10.0.0.1 : xmt/rcv/%loss = 1/0/100%\n10.0.0.2 : xmt/rcv/%loss = 1/1/0%, min/avg/max = 1/1/1\n';
    tally.pushErrors(bytes(summaries));
    tally.finish();
    expect(got).toEqual([{ index: 0, sentAtMs: NOW_MS, outcome: OUTCOME.not_sent, rttUs: 0 }]);
  });

  it('counts a reply beyond the timeout as none', () => {
    const { tally, got } = tallyOf(['10.0.0.1'], 500);
    tally.pushOutput(bytes(reply('10.0.0.1', '500.2')));
    expect(got).toMatchObject([{ outcome: OUTCOME.timeout, rttUs: 0 }]);
  });

  it('goes by our clock when it is far from the one of the line', () => {
    const { tally, got } = tallyOf(['10.0.0.1']);
    tally.pushOutput(bytes(reply('10.0.0.1', '1.00').replace('1795387687', '1795646887')));
    expect(got).toEqual([{ index: 0, sentAtMs: NOW_MS - 1, outcome: OUTCOME.reply, rttUs: 1_000 }]);
  });

  it('never gives a result to the wrong target, whatever is cut, doubled, foreign or garbled', () => {
    const ips = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.13'];
    const line = fc.oneof(
      fc.constantFrom(...ips).map((ip) => reply(ip, `${ips.indexOf(ip) + 1}.00`)),
      fc.constantFrom('10.0.0.4', '10.0.0.11', '::1').map((ip) => reply(ip, '9.99')),
      fc.constantFrom(...ips).map(timeout),
    );
    const spoilt = fc
      .tuple(line, fc.nat(80), fc.nat(80))
      .map(([text, from, to]) => text.slice(0, from) + text.slice(to));
    const garbage = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(fc.array(fc.oneof(line, spoilt, garbage), { maxLength: 40 }), (texts) => {
        const { tally, got } = tallyOf(ips);
        tally.pushOutput(bytes(texts.join('')));
        tally.pushErrors(bytes(texts.join('')));
        tally.finish();
        expect(new Set(got.map(({ index }) => index)).size).toBe(got.length);
        for (const { rttUs, outcome } of got) expect(outcome === OUTCOME.reply || rttUs === 0).toBe(true);
        // Whole lines alone: each reply carries the rtt that its address was given.
        if (texts.every((text) => /^\[.*loss\)\n$/.test(text))) {
          for (const { index, rttUs, outcome } of got) {
            if (outcome === OUTCOME.reply) expect(rttUs).toBe((index + 1) * 1_000);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
