import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Trace, TraceEnd } from '@icmp-mon/paths/contract';
import { afterAll, describe, expect, it } from 'vitest';
import { parsePolicy } from '../policy/parse-policy';
import { PacketBudget } from '../schedule/packet-budget';
import { findMtr } from './find-mtr';
import { TraceRunner, type TraceRequest } from './trace-runner';

const dir = mkdtempSync(path.join(tmpdir(), 'trace-runner-'));
const LOOPBACK = 'allow: ["127.0.0.0/8", "::1/128", "192.0.2.0/24"]';
const WITHIN = { timeout: 20_000, interval: 20 };

function runnerOf(policyText = LOOPBACK, mtrPath?: string, scheduled = 0) {
  const policy = parsePolicy(policyText);
  const budget = new PacketBudget(policy);
  return new TraceRunner({ policy: () => policy, budget, scheduledPerSecond: () => scheduled, mtrPath });
}

const trace = (runner: TraceRunner, request: Partial<TraceRequest> = {}): Promise<TraceEnd> =>
  runner.traceTarget({ target: '127.0.0.1', rounds: 2, signal: new AbortController().signal, ...request });

/** A program in place of mtr, which reports a version and then runs the body. */
function script(name: string, body: string): string {
  const file = path.join(dir, name);
  writeFileSync(file, `#!/bin/sh\nif [ "$1" = --version ]; then echo mtr 0.95; exit 0; fi\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Whether a process whose arguments contain the text runs. */
function runs(text: string): boolean {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(text);
}

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(findMtr() === null)('mtr', () => {
  it.each(['127.0.0.1', '::1'])(
    'traces an address of this machine while it reports what it knows: %s',
    async (target) => {
      const seen: Trace[] = [];
      const end = await trace(runnerOf(), { target, onHops: (each) => seen.push(each) });
      expect(end).toMatchObject({ ok: true, trace: { target, addresses: [target] } });
      expect(end.trace?.rounds).toHaveLength(2);
      for (const round of end.trace?.rounds ?? []) expect(round[0]).toEqual([0, expect.any(Number)]);
      expect(seen.length).toBeGreaterThan(0);
      expect(seen[0]?.rounds).toHaveLength(1);
    },
  );

  it('is stopped with its helper when the trace is cancelled, and leaves what it measured', async () => {
    const stop = new AbortController();
    const target = '127.77.77.77';
    const ended = trace(runnerOf(), { target, rounds: 20, signal: stop.signal, onHops: () => stop.abort() });
    expect(await ended).toMatchObject({ ok: false, reason: 'cancelled', trace: { target } });
    await expect.poll(() => runs(`-- ${target}`), WITHIN).toBe(false);
  });
});

describe('a trace', () => {
  it('of anything but a canonical address starts no process', async () => {
    const asked = path.join(dir, 'asked');
    const file = script('never', `touch ${asked}`);
    const targets = [
      '-f/etc/passwd',
      '127.1',
      '0x7f000001',
      '2130706433',
      '$(id)',
      '127.0.0.1\n',
      'fe80::1%eth0',
      '',
      'localhost',
    ];
    for (const target of targets)
      expect(await trace(runnerOf(LOOPBACK, file), { target })).toMatchObject({
        ok: false,
        reason: 'not_canonical',
        trace: null,
      });
    expect(() => readFileSync(asked)).toThrow('ENOENT');
  });

  it.each([
    ['denied', 'deny: ["192.0.2.0/24"]'],
    ['not_allowed', 'allow: ["198.51.100.0/24"]'],
    ['stopped', 'stopped: true'],
    ['command_refused', 'commands: [icmp_ping]'],
    ['command_refused', 'packetsPerSecond: 2'],
    ['command_refused', 'packetsPerSecondPerAddress: 0.5'],
  ])('is refused by the policy file: %s', async (reason, policy) => {
    expect(await trace(runnerOf(policy, '/nowhere'), { target: '192.0.2.1' })).toMatchObject({ ok: false, reason });
  });

  it('passes the address after --, as the last argument, and no environment', async () => {
    const seen = path.join(dir, 'arguments');
    const file = script('arguments', `echo "$@" > ${seen}; env >> ${seen}; printf 'x 0 33000\\n'`);
    process.env['MTR_OPTIONS'] = '-t';
    try {
      await trace(runnerOf(`${LOOPBACK}\npacketsPerSecondPerAddress: 20`, file), {
        target: '::1',
        rounds: 10,
        maxHops: 30,
      });
    } finally {
      delete process.env['MTR_OPTIONS'];
    }
    const [line, ...environment] = readFileSync(seen, 'utf8').trim().split('\n');
    expect(line).toBe('--raw -n -G 1 -U 12 -c 10 -i 1 -m 30 -- ::1');
    expect(environment.join(' ')).not.toContain('MTR_');
  });

  it.each([
    ['missing', '/nowhere/mtr', /not installed/],
    ['unsupported_version', script('old', '').replace(/old$/, 'older'), /mtr 0\.94 or later/],
    ['failed', script('silent', 'exit 0'), /exit code 0/],
    ['failed', script('killed', 'kill -9 $$'), /SIGKILL/],
    ['failed', script('flood', 'yes "x 0 33000"'), /far more/],
    [
      'not_permitted',
      script('closed', 'echo "mtr-packet: Failure to open IPv4 sockets: Permission denied" >&2; exit 1'),
      /setcap/,
    ],
  ])('that is not possible has a reason: %s', async (reason, file, detail) => {
    if (file.endsWith('older')) {
      writeFileSync(file, '#!/bin/sh\necho mtr 0.92\n');
      chmodSync(file, 0o755);
    }
    const end = await trace(runnerOf(LOOPBACK, file));
    expect(end).toMatchObject({ ok: false, reason, detail: expect.stringMatching(detail) });
  });

  it('that never ends is stopped at its deadline, with all its processes', async () => {
    const file = script('hang', "printf 'x 0 33000\\nh 0 10.0.0.1\\np 0 5 33000\\n'; sleep 987654 & sleep 987654");
    const end = await trace(runnerOf(LOOPBACK, file), { rounds: 1 });
    expect(end).toMatchObject({ ok: false, reason: 'deadline', trace: { addresses: ['10.0.0.1'] } });
    await expect.poll(() => runs('sleep 987654'), WITHIN).toBe(false);
  });

  it('is refused as busy beyond the number of traces and the packets of the policy file', async () => {
    const file = script('slow', "printf 'x 0 33000\\n'; sleep 1");
    const runner = runnerOf('allow: ["127.0.0.0/8"]\npacketsPerSecond: 700\npacketsPerSecondPerAddress: 1000', file);
    const ends = await Promise.all(Array.from({ length: 3 }, () => trace(runner)));
    expect(ends.map((end) => (end.ok ? 'ok' : end.reason))).toEqual(['ok', 'ok', 'busy']);
    const budget = { freePerSecond: () => 0, takePackets: () => undefined };
    const starved = new TraceRunner({
      ...{ policy: () => parsePolicy(LOOPBACK), budget, scheduledPerSecond: () => 0, mtrPath: file },
    });
    expect(await trace(starved)).toMatchObject({ ok: false, reason: 'busy' });
    expect(await trace(starved, { signal: AbortSignal.timeout(50) })).toMatchObject({ ok: false, reason: 'cancelled' });
  });

  it('sends its target no more packets per second than the policy file allows, together with other probes', async () => {
    const file = script('paced', `echo "$@" > ${path.join(dir, 'paced-arguments')}; printf 'x 0 33000\\n'; sleep 0.3`);
    const paced = async (runner: TraceRunner, more: Partial<TraceRequest> = {}): Promise<string> => {
      await trace(runner, more);
      return /-U \d+|-i \d+/g[Symbol.match](readFileSync(path.join(dir, 'paced-arguments'), 'utf8'))?.join(' ') ?? '';
    };
    expect(await paced(runnerOf(LOOPBACK, file))).toBe('-U 8 -i 1');
    expect(await paced(runnerOf(LOOPBACK, file, 6))).toBe('-U 6 -i 2');
    const steps: string[] = [];
    const runner = runnerOf(LOOPBACK, file, 0);
    const first = trace(runner, { onStep: (text) => steps.push(text) });
    expect(runner.perSecondTo('127.0.0.1')).toBe(10);
    expect(await trace(runner)).toMatchObject({ ok: false, reason: 'busy', detail: expect.stringMatching(/already/) });
    const used = expect.stringMatching(/to one address 10, of which scheduled probes use 9\.5\.$/);
    expect(await trace(runnerOf(LOOPBACK, file, 9.5))).toMatchObject({ reason: 'command_refused', detail: used });
    await first;
    expect(runner.perSecondTo('127.0.0.1')).toBe(0);
    expect(steps[1]).toBe('traces in 2 rounds, one per 1 s, up to 30 hops, or 8 without an answer');
    const slow = await trace(runnerOf(LOOPBACK, file, 9), { rounds: 10, withinMs: 20_000 });
    expect(slow).toMatchObject({ ok: false, detail: expect.stringMatching(/needs 64 s, longer than it may take/) });
  });

  it('of more rounds or hops than the limits is a mistake of the caller', async () => {
    await expect(trace(runnerOf(), { rounds: 21 })).rejects.toThrow('rounds must be 1 to 20');
    await expect(trace(runnerOf(), { maxHops: 0 })).rejects.toThrow('maxHops must be 1 to 30');
  });
});
