import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { compareWithWire } from './wire-comparison';
import { addressNumber, mostWithin, readWirePings } from './wire-pings';

const dir = mkdtempSync(path.join(os.tmpdir(), 'wire-'));
const ECHO = { request: 8, reply: 0 };
const AGENT = addressNumber('100.127.0.2');
const [FIRST, SECOND] = [addressNumber('198.18.0.1'), addressNumber('198.19.255.254')];
const START_S = 1_763_000_000;
const SPAN = { fromMs: START_S * 1_000, toMs: START_S * 1_000 + 10_000, timeoutMs: 1_000 };

/** A record of capture-echoes.py, `atMs` after the start. */
function record(atMs: number, type: number, target: number, sequence: number): Buffer {
  const bytes = Buffer.alloc(44);
  bytes.writeBigInt64LE(BigInt(START_S + Math.floor(atMs / 1_000)), 0);
  bytes.writeBigInt64LE(BigInt(Math.round((atMs % 1_000) * 1e6)), 8);
  const [from, to] = type === ECHO.request ? [AGENT, target] : [target, AGENT];
  bytes.writeUInt32BE(from, 28);
  bytes.writeUInt32BE(to, 32);
  bytes[36] = type;
  bytes.writeUInt16BE(7, 40);
  bytes.writeUInt16BE(sequence, 42);
  return bytes;
}

function wire(...records: Buffer[]): ReturnType<typeof readWirePings> {
  const file = path.join(dir, 'capture');
  writeFileSync(file, Buffer.concat(records));
  return readWirePings(file);
}

const result = (address: number, atMs: number, outcome: number, rttUs = 0) => ({
  ...{ address, outcome, rttUs },
  sentAtMs: SPAN.fromMs + atMs,
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('pings on the wire', () => {
  it('joins a reply to its request by address, id and sequence; the first reply counts', () => {
    const pings = wire(
      record(0, ECHO.request, FIRST, 1),
      record(1.5, ECHO.request, SECOND, 2),
      record(20, ECHO.reply, SECOND, 9),
      record(21.5, ECHO.reply, SECOND, 2),
      record(30, ECHO.reply, SECOND, 2),
    );
    expect(pings.count).toBe(2);
    expect([...pings.address.subarray(0, 2)]).toEqual([FIRST, SECOND]);
    expect(pings.repliedAtMs[0]).toBe(Infinity);
    expect(pings.repliedAtMs[1] - pings.sentAtMs[1]).toBeCloseTo(20, 2);
  });

  it('counts the most pings within a time span', () => {
    const pings = wire(...[0, 4, 8, 12, 50, 51].map((atMs, at) => record(atMs, ECHO.request, FIRST, at)));
    expect([1, 10, 100].map((spanMs) => mostWithin(pings, spanMs))).toEqual([1, 3, 6]);
  });
});

describe('results compared with the wire', () => {
  const ping = [record(0, ECHO.request, FIRST, 1), record(20, ECHO.reply, FIRST, 1)];
  const compare = (records: Buffer[], ...results: ReturnType<typeof result>[]) =>
    compareWithWire(wire(...records), results, SPAN);

  it('agree: a reply with its round trip, and a loss', () => {
    const lost = record(3_000, ECHO.request, SECOND, 2);
    const compared = compare(
      [...ping, lost],
      result(FIRST, 0, OUTCOME.reply, 20_100),
      result(SECOND, 3_000, OUTCOME.timeout),
    );
    expect(compared).toMatchObject({ pings: 2, lost: 1, withoutResult: 0, falseLosses: 0, falseReplies: 0 });
    expect(compared.excessMs[0]).toBeCloseTo(0.1, 2);
  });

  it('differ: a false loss, a false reply, a ping without a result, a result without a ping', () => {
    expect(compare(ping, result(FIRST, 0, OUTCOME.timeout))).toMatchObject({ falseLosses: 1 });
    expect(compare([ping[0]], result(FIRST, 0, OUTCOME.reply, 20_000))).toMatchObject({ lost: 1, falseReplies: 1 });
    expect(compare(ping)).toMatchObject({ withoutResult: 1 });
    const doubled = result(FIRST, 5_000, OUTCOME.reply, 20_000);
    expect(compare(ping, result(FIRST, 0, OUTCOME.reply, 20_000), doubled)).toMatchObject({ withoutPing: 1 });
  });

  it('take a reply about at the timeout as either, and pings outside of the span not at all', () => {
    const late = [record(0, ECHO.request, FIRST, 1), record(999, ECHO.reply, FIRST, 1)];
    for (const outcome of [OUTCOME.timeout, OUTCOME.reply])
      expect(compare(late, result(FIRST, 0, outcome, 999_000))).toMatchObject({ falseLosses: 0, falseReplies: 0 });
    expect(compare([record(10_500, ECHO.request, FIRST, 1)])).toMatchObject({ pings: 0, withoutResult: 0 });
  });
});
