import { type CommandOrder, type CommandReport, REPORT_LIMITS } from '@icmp-mon/commands/contract';
import type { TraceEnd, TraceFailure } from '@icmp-mon/paths/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TraceRequest } from '../trace/trace-runner';
import { DeskFixture, IP, traceOf } from './desk.test-fixture';

const WITHIN = { timeout: 10_000, interval: 5 };
let of: DeskFixture;

beforeEach(() => {
  of = new DeskFixture();
});
afterEach(() => of.remove());

const order = (id: string, more: Partial<CommandOrder> = {}): void =>
  of.orderProbe(id, { kind: 'mtr', count: 10, expiresInMs: 30_000, ...more });

async function ended(id: string): Promise<Exclude<CommandReport, { state: 'received' | 'progress' }>> {
  await expect.poll(() => of.reportOf(id), WITHIN).toBeDefined();
  return of.reportOf(id) as Exclude<CommandReport, { state: 'received' | 'progress' }>;
}

const failing = (reason: TraceFailure): TraceEnd => ({ ok: false, reason, detail: `It is ${reason}.`, trace: null });
const names = { '192.0.2.254': 'name-of-192.0.2.254', [IP]: `name-of-${IP}` };

/** Traces until it is stopped, after one report. */
const untilStopped = async ({ target, signal, onHops }: TraceRequest): Promise<TraceEnd> => {
  onHops?.(traceOf(target));
  await pause(60_000, signal);
  return { ok: false, reason: 'cancelled', detail: 'The trace was cancelled.', trace: traceOf(target) };
};

describe('an order to trace a path', () => {
  it('is reported while it grows, with names, and kept for the gateway', async () => {
    const asked: TraceRequest[] = [];
    of.traceTarget = (request) => {
      asked.push(request);
      request.onStep?.('uses mtr');
      for (const rounds of [1, 2]) request.onHops?.(traceOf(request.target, rounds));
      return Promise.resolve({ ok: true, trace: traceOf(request.target, 10) });
    };
    order('a');
    const { trail, ...report } = await ended('a');
    expect(report).toEqual({ commandId: 'a', state: 'completed', attempts: [], trace: traceOf(IP, 10), names });
    expect(of.progress).toEqual([
      { commandId: 'a', state: 'progress', number: 1, trace: traceOf(IP, 1), names },
      { commandId: 'a', state: 'progress', number: 2, trace: traceOf(IP, 2), names },
    ]);
    expect(trail.map(({ text }) => text)).toEqual([
      ...['waits for its turn', 'uses mtr', 'hop 1: 192.0.2.254 after 0.50 ms', `hop 2: ${IP} after 1.50 ms`],
      'the trace ended: 2 hops, the target answered in 10 of 10 rounds',
    ]);
    expect(asked[0]).toMatchObject({ target: IP, rounds: 10 });
    expect(asked[0]?.withinMs).toBeGreaterThan(28_000);
    expect(of.kept).toEqual([{ ok: true, trace: traceOf(IP, 10) }]);
  });

  it.each<[TraceFailure, string]>([
    ...(['denied', 'not_allowed', 'stopped', 'not_canonical', 'command_refused'] as const).map(
      (reason): [TraceFailure, string] => [reason, 'refused'],
    ),
    ['missing', 'unsupported'],
    ['unsupported_version', 'unsupported'],
    ['not_permitted', 'executor_failed'],
    ['unreachable', 'executor_failed'],
  ])('that is %s fails as %s, with its sentence, also in the trail', async (reason, expected) => {
    of.traceTarget = () => Promise.resolve(failing(reason));
    order('a');
    const report = await ended('a');
    expect(report).toMatchObject({ state: 'failed', reason: expected, detail: `It is ${reason}.` });
    expect(report.trail.at(-1)?.text).toBe(`It is ${reason}.`);
    expect([report.trace, of.kept]).toEqual([undefined, []]);
  });

  it('that fails after some rounds reports and keeps them', async () => {
    of.traceTarget = () => Promise.resolve({ ...failing('deadline'), trace: traceOf(IP, 3) });
    order('a');
    expect(await ended('a')).toMatchObject({
      state: 'failed',
      reason: 'executor_failed',
      trace: traceOf(IP, 3),
      names,
    });
    expect(of.kept).toHaveLength(1);
  });

  it('waits while the agent traces as much as it may', async () => {
    let tries = 0;
    of.traceTarget = ({ target }) =>
      Promise.resolve(++tries < 2 ? failing('busy') : { ok: true, trace: traceOf(target) });
    order('a');
    const { state, trail } = await ended('a');
    expect([state, trail[1]?.text]).toEqual(['completed', 'waits: It is busy.']);
  });

  it('has the trace so far when it expires, which is not kept as a measurement', async () => {
    of.traceTarget = untilStopped;
    order('a', { expiresInMs: 60 });
    expect(await ended('a')).toMatchObject({ state: 'failed', reason: 'expired', trace: traceOf(IP), names });
    expect(of.kept).toEqual([]);
  });

  it('ends when it is cancelled, and when the policy file no longer allows it', async () => {
    of.traceTarget = untilStopped;
    order('a');
    order('b', { ip: '192.0.2.2' });
    await expect.poll(() => of.progress.length, WITHIN).toBe(2);
    of.desk.cancelOrder('a');
    expect(await ended('a')).toMatchObject({ state: 'failed' });
    of.policy = 'commands: [icmp_ping]';
    const detail = 'The policy file of the agent does not allow mtr on demand ("commands").';
    expect(await ended('b')).toMatchObject({ reason: 'refused', detail, trace: traceOf('192.0.2.2') });
  });

  it('is interrupted by a restart, and not run again', async () => {
    of.traceTarget = untilStopped;
    order('a');
    await expect.poll(() => of.progress.length, WITHIN).toBe(1);
    of.openAgain();
    expect(of.reportOf('a')).toMatchObject({ state: 'failed', reason: 'interrupted' });
    order('a');
    expect([of.received, of.progress.length]).toEqual([['a'], 1]);
  });

  it.each([0, 21, 1.5, 1e9, '10' as unknown as number])('of %s rounds is refused', async (count) => {
    order('a', { count });
    expect(await ended('a')).toMatchObject({ reason: 'invalid', detail: 'A trace has 1 to 20 rounds.' });
  });

  it('never exceeds the size of a request, also with many names and hops', async () => {
    const addresses = Array.from(
      { length: 600 },
      (_, at) => `2001:db8:ffff:ffff:ffff:ffff:ffff:f${at.toString(16).padStart(3, '0')}`,
    );
    const rounds = Array.from({ length: 20 }, (_, round) =>
      Array.from({ length: 30 }, (_, hop) => [round * 30 + hop, 60_000_000] as const),
    );
    of.traceTarget = ({ target, onStep }) => {
      for (let at = 0; at < 100; at++) onStep?.('x'.repeat(300));
      return Promise.resolve({ ok: true, trace: { target, startedAtMs: 1_700_000_000_000, addresses, rounds } });
    };
    order('a', { count: 20 });
    const report = await ended('a');
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(60_000);
    expect(Buffer.byteLength(JSON.stringify(report.names))).toBeLessThanOrEqual(REPORT_LIMITS.namesBytes);
    expect(Object.keys(report.names ?? {}).length).toBeGreaterThan(50);
  });
});
