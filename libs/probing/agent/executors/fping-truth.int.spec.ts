import { copyFileSync, existsSync, chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CANARIES } from './address-family';
import { FpingProcess } from './fping-process';
import { IcmpIdLocks } from './icmp-id-locks';
import { IcmpPing } from './icmp-ping';
import { PathLimits } from './path-limits';
import { Netns, type Probed, ProbeOnce } from './probe-once.test-executor';

const WITHIN = { timeout: 20_000, interval: 20 };
const addresses = (from: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${from}.${at + 1}`);

describe('fping', () => {
  let once: ProbeOnce;

  beforeAll(() => {
    once = new ProbeOnce();
  });
  afterAll(() => once.remove());

  it('is not used in an unsupported version, also when that replaces a supported one', async () => {
    const asked = path.join(once.dir, 'asked');
    const body = `touch ${asked}; printf '10.0.0.1 : xmt/rcv/%%loss = 1/0/100%%\\n' >&2; exit 1`;
    const old = await once.probeOnce(['10.0.0.1'], once.script(body, '4.2'));
    expect(old).toMatchObject({ end: { ok: false, state: 'unsupported_version' }, outcomes: [undefined] });
    expect(old.ping.health().detail).toMatch(/version 4\.2\. Install fping 5\.0 or later/);
    expect(existsSync(asked)).toBe(false);

    const file = once.script('exit 0', '5.1');
    const ping = new IcmpPing({ fpingPath: file, captureDir: once.dir });
    expect((await once.probeWith(ping, ['10.0.0.1'])).end.ok).toBe(true);
    once.rewrite(file, 'exit  0', '4.4');
    expect((await once.probeWith(ping, ['10.0.0.1'])).end).toMatchObject({ ok: false, state: 'unsupported_version' });
    once.rewrite(file, 'exit   0', '5.5');
    ping.close();
  });

  it('is started with its own source check where it has one', async () => {
    const seen = path.join(once.dir, 'arguments');
    for (const [version, checks] of [
      ['5.1', false],
      ['5.3', true],
    ] as const) {
      await once.probeOnce(['10.0.0.1'], once.script(`echo "$@" > ${seen}`, version));
      expect(readFileSync(seen, 'utf8').includes('--check-source')).toBe(checks);
    }
  });

  it('reports targets of a family without a socket as not sent, with a state for it, while there are any', async () => {
    const lines = `[1795387687.83375] 10.0.0.1 : [0], 64 bytes, 0.3 ms (0.3 avg, 0%% loss)\\n`;
    const summary = `::1 : xmt/rcv/%%loss = 0/0/0%%\\n2001:db8::1 : xmt/rcv/%%loss = 0/0/0%%\\n`;
    const { end, outcomes, ping } = await once.probeOnce(
      ['10.0.0.1', '2001:db8::1'],
      once.script(`printf '${lines}'; printf '${summary}' >&2; exit 1`),
    );
    expect(outcomes).toEqual([OUTCOME.reply, OUTCOME.not_sent]);
    expect(end).toMatchObject({ ok: false, state: 'family_unavailable', detail: expect.stringContaining('IPv6') });
    ping.setTargets([{ ip: '10.0.0.1', definition: { check: 1, type: 'icmp_ping', expect: 'reachable' } }]);
    expect(ping.health().state).toBe('ok');
  });

  it('is checked without a target: at the start, and until a failure is over', async () => {
    const file = path.join(once.dir, 'fping-to-come');
    const ping = new IcmpPing({ fpingPath: file, captureDir: once.dir });
    const { signal } = new AbortController();
    expect(ping.health().state).toBe('idle');
    expect(await ping.checkExecutor(signal)).toMatchObject({ ok: false, state: 'missing' });
    once.rewrite(file, 'cat > /dev/null; exit 1', '5.1');
    const again = new IcmpPing({ fpingPath: file, captureDir: once.dir });
    expect(await again.checkExecutor(signal)).toMatchObject({ ok: true });
    expect(again.health().state).toBe('ok');
    expect(await again.checkExecutor(signal)).toBeNull();
    ping.close();
    again.close();
  });

  it('is restarted before it gets its targets when another agent has its ICMP id', async () => {
    const started = path.join(once.dir, 'started');
    const file = once.script(`cat > /dev/null; echo $$ >> ${started}`);
    const answers = ['in_use', 'in_use', 'taken'] as const;
    const pids: number[] = [];
    const released: number[] = [];
    const locks = {
      lockId: (pid: number) => Promise.resolve(answers[pids.push(pid) - 1] ?? 'taken'),
      releaseId: (pid: number): unknown => released.push(pid),
    };
    const worker = new FpingProcess(once.dir);
    const slice = { ips: ['10.0.0.1'], checks: [], timeoutMs: 100, spacingMs: 1 };
    const overhead = { askFor: (ms: number) => ms, noteSlice: () => undefined };
    const exit = await worker.probeSlice(slice, () => undefined, {
      ...{ path: file, locks, overhead, paths: new PathLimits(), families: ['ipv4'] },
      version: { text: '5.1', checksSource: false },
      ...{ signal: new AbortController().signal, nowMs: Date.now },
    });
    worker.close();
    expect(exit).toEqual({ kind: 'done' });
    expect(readFileSync(started, 'utf8')).toBe(`${pids[2]}\n`);
    expect(released).toEqual([pids[2]]);
  });
});

describe('ICMP ids', () => {
  it('belong to one process of the network namespace, also 65,536 pids apart, until they are released', async () => {
    const [one, other] = [new IcmpIdLocks(), new IcmpIdLocks()];
    const pid = 3_000_000 + Math.floor(Math.random() * 60_000);
    expect(await one.lockId(pid)).toBe('taken');
    expect(await other.lockId(pid + 65_536)).toBe('in_use');
    expect(await one.lockId(pid)).toBe('in_use');
    expect(await other.lockId(pid + 1)).toBe('taken');
    one.releaseId(pid);
    expect(await other.lockId(pid)).toBe('in_use'); // late replies may still arrive
    one.close();
    await expect.poll(() => other.lockId(pid), WITHIN).toBe('taken');
    other.close();
  });
});

describe.runIf(process.getuid?.() === 0)('fping in a separate network namespace', () => {
  let once: ProbeOnce;
  let network: Netns;
  let fping: string;

  beforeAll(() => {
    once = new ProbeOnce();
  });
  afterAll(() => once.remove());
  beforeEach(() => {
    network = new Netns();
    network.runCommand('ip route add local 10.6.0.0/16 dev lo');
    network.runCommand('nft add table ip t; nft add chain ip t in "{ type filter hook input priority 0; }"');
    fping = once.script(`${network.exec} /usr/bin/fping "$@"`);
  });
  afterEach(() => network.remove());

  const drop = (ips: string[]): void => network.runCommand(`nft add rule ip t in ip daddr "{ ${ips.join()} }" drop`);

  it('has no data, and reports it, when it receives nothing', async () => {
    network.runCommand('echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all');
    const { end, outcomes } = await once.probeOnce(['10.6.0.1', '10.6.0.2'], fping);
    expect(outcomes).toEqual([undefined, undefined]);
    expect(end).toMatchObject({ ok: false, state: 'deaf', detail: expect.stringContaining(CANARIES.ipv4) });
  });

  it('works again when its canary replies, also after all of its targets were unassigned', async () => {
    drop([CANARIES.ipv4]);
    const { signal } = new AbortController();
    const ping = new IcmpPing({ fpingPath: fping, captureDir: once.dir });
    drop(['10.6.0.1']);
    expect((await once.probeWith(ping, ['10.6.0.1'])).end).toMatchObject({ ok: false, state: 'deaf' });
    ping.setTargets([]);
    expect(await ping.checkExecutor(signal)).toMatchObject({ ok: false, state: 'deaf' });
    network.runCommand('nft flush chain ip t in');
    expect(await ping.checkExecutor(signal)).toMatchObject({ ok: true });
    expect(ping.health().state).toBe('ok');
    ping.close();
  });

  it('is trusted despite a blocked canary after a target has replied', async () => {
    drop([CANARIES.ipv4, '10.6.0.1']);
    const heard = await once.probeOnce(['10.6.0.1', '10.6.0.2'], fping);
    expect(heard).toMatchObject({ end: { ok: true }, outcomes: [OUTCOME.timeout, OUTCOME.reply] });
    const unheard = await once.probeOnce(['10.6.0.1'], fping);
    expect(unheard).toMatchObject({ end: { ok: false, state: 'deaf' }, outcomes: [undefined] });
  });

  it('reports no target down without the capability, where every user may open ping sockets', async () => {
    const copy = path.join(once.dir, 'fping-of-nobody');
    copyFileSync('/usr/bin/fping', copy);
    chmodSync(copy, 0o755);
    network.runCommand('echo "0 65535" > /proc/sys/net/ipv4/ping_group_range');
    const asNobody = `/usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups`;
    const { end, outcomes, ping } = await once.probeOnce(
      ['10.6.0.1', '10.6.0.2'],
      once.script(`${network.exec} ${asNobody} ${copy} "$@"`),
    );
    if (end.ok) {
      expect(ping.health().version).not.toBe('5.1'); // from 5.2 on it recognises the replies of a ping socket
      expect(outcomes).toEqual([OUTCOME.reply, OUTCOME.reply]);
    } else {
      expect(outcomes).toEqual([undefined, undefined]);
      expect(end).toMatchObject({ state: 'deaf', detail: expect.stringContaining('setcap') });
    }
  });

  it('never mistakes replies to another process of the same id for those of its own targets', async () => {
    const [mine, theirs] = [addresses('10.6.1', 60), addresses('10.6.2', 60)];
    const dead = [...mine.filter((_, at) => at % 4 === 0), ...theirs.filter((_, at) => at % 4 === 2)];
    drop(dead);
    // Each is the first process of its pid namespace: all have the id 1.
    const first = once.script(`${network.exec} /usr/bin/unshare --pid --fork --kill-child /usr/bin/fping "$@"`);
    const rounds = Array.from({ length: 4 }, () => [mine, theirs, mine]).flat();
    const probes = rounds.map((ips) => once.probeOnce(ips, first, { timeoutMs: 300, spacingMs: 4 }));
    const probed = await Promise.all(probes);
    const count = (wanted: (isDead: boolean, outcome: number | undefined) => boolean): number =>
      probed.reduce((sum, { outcomes }, round) => {
        const ips = rounds[round] ?? [];
        return sum + outcomes.filter((outcome, at) => wanted(dead.includes(ips[at] ?? ''), outcome)).length;
      }, 0);
    expect(probed.reduce((sum, { ping }) => sum + ping.counters.foreignReplies, 0)).toBeGreaterThan(0);
    expect(count((isDead, outcome) => isDead && outcome === OUTCOME.reply)).toBe(0);
    expect(count((isDead, outcome) => !isDead && outcome === OUTCOME.timeout)).toBe(0);
  });

  describe('that is paused for a while', () => {
    const ips = addresses('10.6.3', 250);
    const dead = ips.filter((_, at) => at % 5 === 0);
    const slice = { timeoutMs: 400, spacingMs: 10 };
    let pidFile: string;

    beforeEach(() => {
      drop(dead);
      pidFile = path.join(once.dir, `pid-${network.name}`);
      fping = once.script(`echo $$ > ${pidFile}; ${network.exec} /usr/bin/fping "$@"`);
    });

    /** Resolves when it has printed its pid and a part of its lines. */
    async function midSlice(probing: Promise<Probed>): Promise<number> {
      await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', WITHIN).toBe(true);
      await Promise.race([probing, new Promise((resolve) => setTimeout(resolve, 700))]);
      return Number(readFileSync(pidFile, 'utf8'));
    }

    it('is not trusted about misses during the pause', async () => {
      const probing = once.probeOnce(ips, fping, slice);
      const pid = await midSlice(probing);
      process.kill(pid, 'SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      process.kill(pid, 'SIGCONT');
      const { end, outcomes } = await probing;
      expect(end.pausedMs).toBeGreaterThan(1_000);
      const alive = outcomes.filter((_, at) => !dead.includes(ips[at] ?? ''));
      const missed = outcomes.filter((_, at) => dead.includes(ips[at] ?? ''));
      expect(alive).not.toContain(OUTCOME.timeout);
      expect(missed).not.toContain(OUTCOME.reply);
      // Some waited while it was stopped: their timeouts prove nothing.
      expect(missed.filter((outcome) => outcome === undefined).length).toBeGreaterThanOrEqual(6);
    });

    it('counts no misses while the kernel dropped packets for fping, even in a short pause', async () => {
      const probing = once.probeOnce(ips, fping, slice);
      const pid = await midSlice(probing);
      process.kill(pid, 'SIGSTOP');
      network.runCommand('fping -q -c 1 -i 0.05 -t 50 -g 10.6.16.0/21 > /dev/null 2>&1');
      process.kill(pid, 'SIGCONT');
      const { end, outcomes } = await probing;
      expect(end).toMatchObject({ ok: true, remark: expect.stringMatching(/dropped \d+ packets for fping/) });
      const missed = outcomes.filter((_, at) => dead.includes(ips[at] ?? ''));
      expect(missed).toContain(undefined);
      expect(missed).toContain(OUTCOME.timeout);
      expect(outcomes.filter((_, at) => !dead.includes(ips[at] ?? ''))).not.toContain(OUTCOME.timeout);
    });

    it('gives the same results at the right times when only the agent was paused', async () => {
      const probing = once.probeOnce(ips, fping, slice);
      const beganMs = Date.now();
      await midSlice(probing);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
      const { outcomes, sentAtMs } = await probing;
      outcomes.forEach((outcome, at) => {
        if (outcome !== undefined) {
          expect(outcome).toBe(dead.includes(ips[at] ?? '') ? OUTCOME.timeout : OUTCOME.reply);
          expect(sentAtMs[at]).toBeGreaterThan(beganMs - 1_000);
          expect(sentAtMs[at]).toBeLessThanOrEqual(Date.now());
        }
      });
      expect(outcomes.filter((outcome) => outcome === OUTCOME.reply)).toHaveLength(ips.length - dead.length);
    });
  });
});
