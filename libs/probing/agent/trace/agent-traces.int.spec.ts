import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AgentTracesRequest } from '@icmp-mon/paths/contract';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parsePolicy } from '../policy/parse-policy';
import { PacketBudget } from '../schedule/packet-budget';
import { AgentTraces } from './agent-traces';

const WITHIN = { timeout: 30_000, interval: 50 };
const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const TARGET = { key: 7, ip: '192.0.2.7', check: 1, missesToFail: 2 };

describe('the automatic traces of an agent', () => {
  let dir: string;
  let traces: AgentTraces | undefined;
  let sent: AgentTracesRequest[];
  let hasUplink: boolean;
  let isAway: boolean;

  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'agent-traces-'));
    [sent, hasUplink, isAway] = [[], true, false];
  });
  afterEach(async () => {
    await traces?.stop();
    traces = undefined;
    rmSync(dir, { recursive: true, force: true });
  });

  /** A program in place of mtr that finds the target behind one router. */
  function fakeMtr(
    body = 'echo "x 0 33000\nh 0 192.0.2.1\np 0 500 33000\nx 1 33001\nh 1 192.0.2.7\np 1 900 33001"',
  ): string {
    const file = path.join(dir, 'mtr');
    writeFileSync(file, `#!/bin/sh\nif [ "$1" = --version ]; then echo mtr 0.95; exit 0; fi\n${body}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  function start({ policyText = '{}', mtrPath = fakeMtr(), packetsPerSecond = 10 } = {}): AgentTraces {
    const policy = parsePolicy(policyText);
    const gateway = {
      sendJson: (_path: string, body: object) => {
        if (isAway) return Promise.reject(new Error('away'));
        sent.push(body as AgentTracesRequest);
        return Promise.resolve({ status: 200, headers: {}, body: Buffer.from('{"refused":[]}') });
      },
    };
    traces = new AgentTraces({
      ...{ gateway, log, mtrPath, stateDir: dir, policy: () => policy },
      probers: { packets: new PacketBudget(policy), scheduledPerSecond: () => 0 },
      ...{ hasUplink: () => hasUplink, isIdle: () => true },
    });
    traces.replaceTargets([], 0);
    traces.replaceTargets([TARGET], packetsPerSecond);
    traces.recordResult(7, 1, OUTCOME.reply, true);
    traces.start();
    return traces;
  }

  it('are made and uploaded with what they found', async () => {
    const made = start({ policyText: 'traceNames: false' });
    await expect.poll(() => sent.length, WITHIN).toBe(1);
    expect(sent[0]?.reports).toMatchObject([
      { targetKey: 7, cause: 'schedule', commandId: null, end: { ok: true }, names: {} },
    ]);
    expect(sent[0]?.reports[0]?.trace).toMatchObject({ target: '192.0.2.7', addresses: ['192.0.2.1', '192.0.2.7'] });
    await expect
      .poll(() => made.tracesReport(), WITHIN)
      .toMatchObject({ made: 1, spooled: 0, dropped: {}, paused: null });
  });

  it('wait in the state folder while the gateway is away', async () => {
    isAway = true;
    const made = start();
    await expect.poll(() => made.tracesReport().spooled, WITHIN).toBe(1);
    expect(readdirSync(path.join(dir, 'traces'))).toEqual([expect.stringMatching(/\.schedule\.json$/)]);
  });

  it('are not made because of results that are not believed, and of probes that were not sent', async () => {
    const made = start({ policyText: 'traceNames: false' });
    await expect.poll(() => sent.length, WITHIN).toBe(1);
    for (let at = 0; at < 9; at++) {
      made.recordResult(7, 1, OUTCOME.timeout, false);
      made.recordResult(7, 1, OUTCOME.not_sent, true);
    }
    expect(made.tracesReport().waiting).toBe(0);
    for (let at = 0; at < 2; at++) made.recordResult(7, 1, OUTCOME.timeout, true);
    expect(made.tracesReport().waiting).toBe(1);
    hasUplink = false;
    expect(made.tracesReport().paused).toBe('uplink');
  });

  it.each([
    ['policy', { policyText: 'traces: false' }],
    ['policy', { policyText: 'commands: [icmp_ping]' }],
    ['policy', { policyText: 'stopped: true' }],
    // Too few packets are left for a trace, which would delay scheduled probes.
    ['full', { policyText: 'packetsPerSecond: 100', packetsPerSecond: 80 }],
  ] as const)('are not made because of %s: %j', async (paused, options) => {
    const made = start({ ...options });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(made.tracesReport()).toMatchObject({ made: 0, paused, dropped: {} });
    expect(sent).toEqual([]);
  });

  it('are turned off by the installation', async () => {
    const made = start({ policyText: 'stopped: true' });
    made.useSettings({ isOn: false, intervalMs: 86_400_000, share: 0.01 });
    expect(made.tracesReport()).toMatchObject({ paused: 'installation', roundDays: null });
  });

  it('are tried once per minute if this machine cannot trace', async () => {
    const made = start({
      mtrPath: fakeMtr('echo "mtr: Failure to open IPv4 sockets: Operation not permitted" >&2; exit 1'),
    });
    await expect
      .poll(() => made.tracesReport(), WITHIN)
      .toMatchObject({ made: 0, paused: 'mtr', dropped: { not_made: 1 } });
    expect(log.warn).toHaveBeenCalled();
  });
});
