import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CANARIES } from './address-family';
import type { ProbeSlice } from './executor';
import { Netns, type Probed, ProbeOnce } from './probe-once.test-executor';

const REPLY = '[1795387687.83375] %s : [0], 64 bytes, 0.345 ms (0.345 avg, 0%% loss)\\n';

describe('pinging with fping', () => {
  let once: ProbeOnce;

  beforeAll(() => {
    once = new ProbeOnce();
  });
  afterAll(() => once.remove());

  const probe = (ips: string[], fpingPath?: string, slice: Partial<ProbeSlice> = {}): Promise<Probed> =>
    once.probeOnce(ips, fpingPath, slice);
  const script = (body: string): string => once.script(body);

  it('reports rtt and send time of each target that replies', async () => {
    const ips = [...Array.from({ length: 200 }, (_, at) => `127.3.${at}.1`), '::1', '127.3.0.1'];
    const beganMs = Date.now();
    const { end, outcomes, rttUs, sentAtMs, ping } = await probe(ips);
    expect(end).toMatchObject({ ok: true });
    expect(outcomes.filter((outcome) => outcome === OUTCOME.reply)).toHaveLength(ips.length);
    expect(rttUs.every((rtt) => rtt > 0 && rtt < 500_000)).toBe(true);
    expect(sentAtMs.every((atMs) => atMs >= beganMs - 5 && atMs <= Date.now())).toBe(true);
    expect(ping.health().state).toBe('ok');
    expect(ping.health().version).toMatch(/^\d+\.\d+/);
    expect(ping.counters).toEqual({ droppedLines: 0, foreignReplies: 0, notBelieved: {} });
  });

  it('reports that fping is missing, and what to do', async () => {
    const { end, outcomes } = await probe(['127.0.0.1'], path.join(once.dir, 'none'));
    expect(end).toMatchObject({ ok: false, state: 'missing', detail: expect.stringContaining('install fping') });
    expect(outcomes).toEqual([undefined]);
  });

  it('reports that fping may not open a socket, and what to do', async () => {
    const copy = path.join(once.dir, 'fping-without-capability');
    copyFileSync('/usr/bin/fping', copy);
    chmodSync(copy, 0o755);
    const asNobody = script(`exec setpriv --reuid 65534 --regid 65534 --clear-groups ${copy} "$@"`);
    const { end, outcomes } = await probe(['127.0.0.1'], asNobody);
    expect(end).toMatchObject({ ok: false, state: 'not_permitted', detail: expect.stringContaining('setcap') });
    expect(outcomes).toEqual([undefined]);
  });

  it('keeps the results so far when fping is killed, and has no data for the rest', async () => {
    const killed = script(`printf '${REPLY}' 10.0.0.1; kill -9 $$`);
    const { end, outcomes, ping } = await probe(['10.0.0.1', '10.0.0.2'], killed);
    expect(end).toMatchObject({ ok: false, state: 'restarting', detail: expect.stringContaining('SIGKILL') });
    expect(outcomes).toEqual([OUTCOME.reply, undefined]);
    expect(ping.health().state).toBe('restarting');
  });

  it('has no data when fping fails, hangs, or prints no summary', async () => {
    const failing = await probe(['10.0.0.1'], script("echo 'not enough sequence numbers available' >&2; exit 4"));
    expect(failing.end).toMatchObject({ ok: false, state: 'restarting', detail: expect.stringContaining('sequence') });
    const silent = await probe(['10.0.0.1'], script('exit 1'));
    expect(silent).toMatchObject({ end: { ok: true }, outcomes: [undefined] });
    const hanging = await probe(['10.0.0.1'], script('exec sleep 60'), { timeoutMs: 10 });
    expect(hanging).toMatchObject({ end: { ok: false, state: 'restarting' }, outcomes: [undefined] });
  });

  it('has the results of an fping that sends many times slower than asked, as on a busy machine', async () => {
    const ips = Array.from({ length: 12 }, (_, at) => `10.0.0.${at + 1}`);
    const slow = script(`for ip in ${ips.join(' ')}; do sleep 0.7; printf '${REPLY}' $ip; done`);
    const { end, outcomes } = await probe(ips, slow, { timeoutMs: 10, spacingMs: 100 });
    expect(end).toMatchObject({ ok: true });
    expect(outcomes).toEqual(ips.map(() => OUTCOME.reply));
  });

  it('drops lines that are truncated, duplicate or of another host', async () => {
    const garbling = script(
      `printf '${REPLY}${REPLY}${REPLY}' 10.0.0.1 10.0.0.1 10.0.0.77; printf '[1795387687.8337'; printf 'x] 10.0.0.2 : cut'; exit 1`,
    );
    const { outcomes, ping } = await probe(['10.0.0.1', '10.0.0.2'], garbling);
    expect(outcomes).toEqual([OUTCOME.reply, undefined]);
    expect(ping.counters.droppedLines).toBe(3);
  });

  it('passes fping an empty environment, and addresses by standard input only', async () => {
    const seen = path.join(once.dir, 'seen');
    process.env['ICMPMON_TEST_LEAK'] = 'leaked';
    await probe(['10.0.0.1', '10.0.0.2'], script(`/usr/bin/env > ${seen}; echo "$@" >> ${seen}; /bin/cat >> ${seen}`));
    delete process.env['ICMPMON_TEST_LEAK'];
    const text = readFileSync(seen, 'utf8');
    expect(text).toContain(`-c 1 -t 500 -i 1.000 -D\n${CANARIES.ipv4}\n10.0.0.1\n10.0.0.2\n`);
    expect(text).not.toMatch(/leaked|HOME|USER/);
  });

  describe.runIf(process.getuid?.() === 0)('in a network with faults', () => {
    let near: Netns;
    let far: Netns;

    beforeAll(() => {
      [near, far] = [new Netns(), new Netns()];
      near.runCommand(`ip link add va type veth peer name vb netns ${far.name}`);
      near.runCommand('ip addr add 10.50.0.1/24 dev va; ip link set va up; ip route add 10.60.0.0/16 via 10.50.0.2');
      near.runCommand('ip route add blackhole 10.9.0.0/24; ip route add local 10.6.0.0/24 dev lo');
      near.runCommand('nft add table ip t; nft add chain ip t in "{ type filter hook input priority 0; }"');
      near.runCommand('nft add rule ip t in ip daddr 10.6.0.7 drop');
      far.runCommand('ip addr add 10.50.0.2/24 dev vb; ip link set vb up');
      far.runCommand('echo 1 > /proc/sys/net/ipv4/ip_forward; ip route add unreachable 10.60.0.0/16');
    });
    afterAll(() => {
      for (const network of [near, far]) network.remove();
    });

    it('distinguishes reply, timeout, unreachable and not sent', async () => {
      const fping = script(`${near.exec} /usr/bin/fping "$@"`);
      const { end, outcomes } = await probe(['10.6.0.1', '10.6.0.7', '10.60.0.1', '10.9.0.1', '10.50.0.2'], fping);
      expect(end).toMatchObject({ ok: true });
      expect(outcomes).toEqual([OUTCOME.reply, OUTCOME.timeout, OUTCOME.unreachable, OUTCOME.not_sent, OUTCOME.reply]);
    });
  });
});
