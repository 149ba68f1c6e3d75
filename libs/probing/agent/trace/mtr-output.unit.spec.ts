import fc from 'fast-check';
import type { Trace } from '@icmp-mon/paths/contract';
import { describe, expect, it } from 'vitest';
import { MtrOutput } from './mtr-output';

const bytes = (text: string) => new TextEncoder().encode(text);

function parse(text: string, { target = '192.0.2.9', rounds = 10, maxHops = 30, ended = true, nowMs = 5_000 } = {}) {
  const output = new MtrOutput({ target, rounds, maxHops, startedAtMs: 7 });
  output.pushChunk(bytes(text), 0);
  return { trace: output.finishTrace(nowMs, ended), dropped: output.droppedLines };
}

/** As mtr 0.95 prints it, with the same address twice when it is new. */
const TWO_ROUNDS = `x 0 33000
h 0 10.0.0.1
h 0 10.0.0.1
p 0 1409 33000
x 1 33001
x 2 33002
h 2 192.0.2.9
h 2 192.0.2.9
p 2 20050 33002
x 0 33003
h 0 10.0.0.2
h 0 10.0.0.2
p 0 1100 33003
x 1 33004
h 1 10.0.1.1
h 1 10.0.1.1
p 1 5000 33004
x 2 33005
p 2 20100 33005
x 0 33006
h 0 10.0.0.1
p 0 1000 33006
`;

describe('the output of mtr', () => {
  it('is a trace: who answered each probe, and when', () => {
    expect(parse(TWO_ROUNDS, { rounds: 2 })).toEqual({
      dropped: 0,
      trace: {
        target: '192.0.2.9',
        startedAtMs: 7,
        addresses: ['10.0.0.1', '192.0.2.9', '10.0.0.2', '10.0.1.1'],
        rounds: [
          [[0, 1409], 'lost', [1, 20050]],
          [
            [2, 1100],
            [3, 5000],
            [1, 20100],
          ],
        ],
      },
    });
  });

  it('has no part of the round that mtr begins after the last one', () => {
    expect(parse(TWO_ROUNDS, { rounds: 2 }).trace.rounds).toHaveLength(2);
    expect(parse(TWO_ROUNDS, { rounds: 3 }).trace.rounds[2]).toEqual([[0, 1000]]);
  });

  it('shows a probe as waiting until it is answered or lost', () => {
    const output = new MtrOutput({ target: '192.0.2.9', rounds: 2, maxHops: 30, startedAtMs: 7 });
    output.pushChunk(bytes('x 0 33000\nx 1 33001\n'), 1_000);
    output.pushChunk(bytes('h 1 10.0.0.1\np 1 300 33'), 1_100);
    expect(output.readTrace().rounds).toEqual([['waiting', 'waiting']]);
    output.pushChunk(bytes('001\nx 2 33002\n'), 1_900);
    expect(output.readTrace().rounds).toEqual([['waiting', [0, 300], 'waiting']]);
    expect(output.finishTrace(2_100, false).rounds).toEqual([['lost', [0, 300], null]]);
  });

  it('has no data about a probe that was awaited shorter than answers of its hop take', () => {
    const output = new MtrOutput({ target: '192.0.2.9', rounds: 4, maxHops: 30, startedAtMs: 7 });
    output.pushChunk(bytes('x 0 33000\nx 1 33001\nh 0 10.0.0.1\np 0 20000 33000\n'), 0);
    output.pushChunk(bytes('x 0 33002\nx 1 33003\n'), 1_000);
    output.pushChunk(bytes('h 1 192.0.2.9\np 1 1400000 33001\n'), 1_400);
    output.pushChunk(bytes('x 0 33004\nx 1 33005\np 1 1500000 33003\n'), 2_500);
    output.pushChunk(bytes('x 0 33006\nx 1 33007\n'), 3_000);
    const [, second, third, fourth] = output.finishTrace(4_020, true).rounds;
    expect([second, third, fourth]).toEqual([
      ['lost', [1, 1_500_000]],
      ['lost', 'lost'],
      ['lost', null],
    ]);
  });

  it('has IPv6 addresses in canonical form, and none of the other family', () => {
    const lines = 'x 0 33000\nh 0 2001:db8::1\np 0 300 33000\nx 1 33001\nh 1 ::ffff:192.0.2.1\np 1 300 33001\n';
    const { trace } = parse(lines, { target: '2001:db8::9' });
    expect(trace.addresses).toEqual(['2001:db8::1', '::ffff:c000:201']);
    expect(parse(lines).trace.rounds).toEqual([[null, null]]);
  });

  it.each([
    ['a line about a probe that was not sent', 'p 0 100 33009\n'],
    ['an answer of another hop', 'p 1 100 33000\n'],
    ['a second answer', 'p 0 100 33000\np 0 100 33000\n'],
    ['a sequence number that was sent already', 'x 1 33000\n'],
    ['a hop beyond the limit', 'x 30 33001\n'],
    ['an address beyond the limit', 'h 99 10.0.0.9\n'],
    ['an implausible round trip', 'p 0 99999999 33000\n'],
    ['words', 'mtr: Probes exhausted\n'],
    ['a name instead of an address', 'h 0 ???\n'],
    ['a line that is too long', `h 0 ${'1'.repeat(80)}\n`],
    ['a line that never ends', 'x'.repeat(10_000)],
  ])('is unharmed by %s', (_, line) => {
    const { trace, dropped } = parse(`x 0 33000\nh 0 10.0.0.1\n${line}`);
    expect(dropped).toBeGreaterThan(0);
    expect(trace.rounds).toHaveLength(1);
    expect(trace.rounds[0]).toHaveLength(1);
  });

  it('does not know who answers after a damaged line, until mtr prints the address', () => {
    const { trace } = parse(
      'x 0 33000\nh 0 10.0.0.1\np 0 5 33000\nx 0 33001\nh 0 10.0.\np 0 5 33001\nx 0 33002\nh 0 10.0.0.2\np 0 5 33002\n',
    );
    expect(trace.rounds).toEqual([[[0, 5]], [null], [[1, 5]]]);
  });

  it('ignores names, labels and time stamps', () => {
    expect(parse('x 0 33000\nh 0 10.0.0.1\nm 0 24000 0 1 1\nd 0 router.example\np 0 5 33000\n')).toMatchObject({
      ...{ dropped: 0, trace: { rounds: [[[0, 5]]] } },
    });
  });

  it('gives the same trace regardless of how it is divided into chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 30 }), (sizes) => {
        const output = new MtrOutput({ target: '192.0.2.9', rounds: 2, maxHops: 30, startedAtMs: 7 });
        let rest = bytes(TWO_ROUNDS);
        for (const size of sizes) {
          output.pushChunk(rest.slice(0, size), 0);
          rest = rest.slice(size);
        }
        output.pushChunk(rest, 0);
        expect(output.finishTrace(5_000, true)).toEqual(parse(TWO_ROUNDS, { rounds: 2 }).trace);
      }),
    );
  });

  it('stays within its limits with any bytes', () => {
    const line = fc.oneof(
      fc
        .tuple(fc.constantFrom('x', 'p', 'h', 'd', 'q'), fc.nat(40), fc.nat(70_000), fc.nat(70_000))
        .map((parts) => parts.join(' ')),
      fc.tuple(fc.nat(40), fc.ipV4()).map(([hop, ip]) => `h ${hop} ${ip}`),
      fc.tuple(fc.nat(3), fc.nat(5)).map(([hop, sequence]) => `x ${hop} ${33_000 + sequence}`),
      fc.tuple(fc.nat(3), fc.nat(5)).map(([hop, sequence]) => `p ${hop} 100 ${33_000 + sequence}`),
      fc.string({ unit: 'binary', maxLength: 200 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 200 }), fc.uint8Array({ maxLength: 300 }), (lines, noise) => {
        const output = new MtrOutput({ target: '192.0.2.9', rounds: 3, maxHops: 5, startedAtMs: 7 });
        output.pushChunk(bytes(lines.join('\n')), 0);
        output.pushChunk(noise, 0);
        checkTrace(output.finishTrace(2_000, false));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never names a wrong router when lines are cut, missing or doubled', () => {
    // Hop n is answered by 10.0.n.n only, so a wrong attribution shows.
    const lines = Array.from({ length: 40 }, (_, at) => {
      const [hop, sequence] = [at % 4, 33_000 + at];
      const host = at < 4 || at % 8 === hop ? [`h ${hop} 10.0.${hop}.${hop}`] : [];
      return [`x ${hop} ${sequence}`, ...host, `p ${hop} ${100 + hop} ${sequence}`];
    }).flat();
    const damage = fc.array(fc.tuple(fc.nat(lines.length - 1), fc.nat(24), fc.boolean()), { maxLength: 6 });
    fc.assert(
      fc.property(damage, (damages) => {
        const damaged = [...lines];
        for (const [at, length, doubled] of damages)
          damaged[at] = doubled ? `${damaged[at]}\n${damaged[at]}` : damaged[at].slice(0, length);
        const { trace } = parse(damaged.map((line) => `${line}\n`).join(''));
        for (const round of trace.rounds)
          for (const [hop, probe] of round.entries())
            if (Array.isArray(probe))
              expect(trace.addresses[Number(probe[0])]).toMatch(new RegExp(`^10\\.0\\.${hop}\\.`));
      }),
      { numRuns: 1_000 },
    );
  });
});

function checkTrace({ addresses, rounds }: Trace): void {
  expect(rounds.length).toBeLessThanOrEqual(3);
  expect(new Set(addresses).size).toBe(addresses.length);
  for (const round of rounds) {
    expect(round.length).toBeLessThanOrEqual(5);
    for (const probe of round) {
      if (probe === null || probe === 'lost') continue;
      expect(Array.isArray(probe) && addresses[probe[0]] !== undefined && probe[1] <= 60_000_000).toBe(true);
    }
  }
}
