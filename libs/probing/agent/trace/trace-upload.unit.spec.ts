import type { AgentTraceReport } from '@icmp-mon/paths/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayFailure } from '../ship/gateway-client';
import { reportOf } from './spooled-traces.test-data';
import { TraceUpload } from './trace-upload';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const WITHIN = { timeout: 20_000, interval: 20 };

describe('the upload of traces', () => {
  let spooled: AgentTraceReport[];
  let sent: AgentTraceReport[][];
  /** Answers to requests, in order; a number is a status, the last one is repeated. */
  let answers: (number | { id: string; detail: string }[])[];
  let retryAfter: string | undefined;
  let idle: boolean;
  let upload: TraceUpload;

  const gateway = {
    sendJson: (_path: string, body: object) => {
      sent.push((body as { reports: AgentTraceReport[] }).reports);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (typeof answer === 'number' && answer !== 200)
        return Promise.reject(new GatewayFailure(answer, `status ${answer}`, retryAfter));
      const refused = typeof answer === 'number' ? [] : answer;
      return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(JSON.stringify({ refused })) });
    },
  };
  const spool = {
    readFirst: (count: number) => Promise.resolve(spooled.slice(0, count)),
    remove: (report: AgentTraceReport) => {
      spooled = spooled.filter(({ id }) => id !== report.id);
      return Promise.resolve();
    },
  };
  const start = (names: Record<string, string> = {}): void => {
    const options = { gateway, spool, log, isIdle: () => idle, lookEveryMs: 20, firstBackOffMs: 10 };
    upload = new TraceUpload({ ...options, names: { resolveNames: () => Promise.resolve(names) } });
    upload.start();
  };
  const keys = (): (number | null)[][] => sent.map((reports) => reports.map(({ targetKey }) => targetKey));

  beforeEach(() => {
    [spooled, sent, answers, idle, retryAfter] = [[], [], [200], true, undefined];
  });
  afterEach(() => upload.stop());

  it('sends traces with the names of their hops, and deletes what the gateway has', async () => {
    spooled = [reportOf(1), reportOf(2)];
    start({ '192.0.2.1': 'core1.example.net' });
    await expect.poll(() => spooled, WITHIN).toEqual([]);
    expect(keys()).toEqual([[1, 2]]);
    expect(sent[0]?.[0]?.names).toEqual({ '192.0.2.1': 'core1.example.net' });
    spooled = [reportOf(3)];
    await expect.poll(() => keys(), WITHIN).toEqual([[1, 2], [3]]);
  });

  it('repeats a request that failed, smaller if it was not answered or too slow', async () => {
    spooled = [1, 2, 3, 4].map((key) => reportOf(key));
    answers = [503, 0, 408, 200];
    start();
    await expect.poll(() => spooled, WITHIN).toEqual([]);
    expect(keys().slice(0, 4)).toEqual([[1, 2, 3, 4], [1, 2, 3, 4], [1, 2], [1]]);
    expect(upload.refused).toBe(0);
  });

  it('waits for the time that a gateway demands', async () => {
    spooled = [reportOf(1)];
    [answers, retryAfter] = [[429, 200], '1'];
    const beganMs = performance.now();
    start();
    await expect.poll(() => spooled, WITHIN).toEqual([]);
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(1_000);
  });

  it.each([400, 413])('deletes only the trace that is refused with %d', async (status) => {
    spooled = [reportOf(1), reportOf(2), reportOf(3)];
    answers = [status, status, 200];
    start();
    await expect.poll(() => spooled, WITHIN).toEqual([]);
    expect(keys().slice(0, 3)).toEqual([[1, 2, 3], [1], [2]]);
    expect(upload.refused).toBe(1);
    expect(log.error).toHaveBeenCalledOnce();
    log.error.mockClear();
  });

  it('deletes and counts traces that are never accepted, such as of a target of another agent', async () => {
    spooled = [reportOf(1), reportOf(2)];
    answers = [[{ id: spooled[1]?.id ?? '', detail: 'not assigned' }]];
    start();
    await expect.poll(() => spooled, WITHIN).toEqual([]);
    expect(upload.refused).toBe(1);
  });

  it('waits while results are uploaded, but not forever', async () => {
    spooled = [reportOf(1)];
    idle = false;
    start();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sent).toEqual([]);
    await expect.poll(() => spooled, WITHIN).toEqual([]);
  });

  it('leaves names out of a trace that is too large with them, and sends large ones alone', async () => {
    const names = Object.fromEntries(['192.0.2.1', '198.51.100.9'].map((address) => [address, 'a'.repeat(40_000)]));
    spooled = [reportOf(1), reportOf(2)];
    start(names);
    await expect.poll(() => spooled, WITHIN).toEqual([]);
    expect(sent.flat().map((report) => Object.keys(report.names).length)).toEqual([0, 0]);
  });

  it('asks a gateway without the route again later, and keeps the traces', async () => {
    spooled = [reportOf(1)];
    answers = [404];
    start();
    await expect.poll(() => sent.length, WITHIN).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([sent.length, spooled.length]).toEqual([1, 1]);
  });
});
