import { OUTCOME } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IcmpPing } from './icmp-ping';
import { Netns, type Probed, ProbeOnce } from './probe-once.test-executor';

const check = (options: Partial<CheckDefinition>): CheckDefinition => ({
  ...{ check: 1, type: 'icmp_ping', expect: 'reachable' },
  ...options,
});
const PREPARE = [
  'ip address add 10.7.0.1/32 dev lo; ip address add 10.7.0.2/32 dev lo; ip address add 10.7.0.9/32 dev lo',
  'ip -6 address add 2001:db8:7::1/128 dev lo; ip -6 address add 2001:db8:7::9/128 dev lo',
  'nft add table inet seen; nft add chain inet seen out "{ type filter hook output priority 0; }"',
  'nft add chain inet seen in "{ type filter hook input priority 0; }"',
].join('; ');

describe('the options of a ping, with the real fping and packets as they leave the machine', () => {
  let once: ProbeOnce;
  let network: Netns;
  let fping: string;

  beforeEach(() => {
    once = new ProbeOnce();
    network = new Netns();
    network.runCommand(PREPARE);
    fping = once.script(`${network.exec} /usr/bin/fping "$@"`);
  });
  afterEach(() => {
    network.remove();
    once.remove();
  });

  const probe = (ips: string[], options: Partial<CheckDefinition>, timeoutMs = 300): Promise<Probed> =>
    once.probeOnce(ips, fping, { checks: ips.map(() => check(options)), timeoutMs, spacingMs: 20 });

  /** Counts the packets that leave and match an expression of nft. */
  const countPackets = (name: string, match: string): void =>
    void network.runCommand(
      `nft add counter inet seen ${name}; nft add rule inet seen out ${match} counter name ${name}`,
    );
  const counted = (name: string): number =>
    Number(/packets (\d+)/.exec(network.readCommand(`nft list counter inet seen ${name}`))?.[1]);

  it('send several packets to each target, and one result has the median of the replies', async () => {
    const ips = ['10.7.0.1', '10.7.0.2', '10.7.0.1', '2001:db8:7::1'];
    countPackets('echoes', 'ip daddr 10.7.0.2 icmp type echo-request');
    // Every second packet to one target is lost, all to the other.
    network.runCommand('nft add rule inet seen in ip daddr 10.7.0.2 icmp type echo-request numgen inc mod 2 0 drop');
    const { end, outcomes, rttUs } = await probe(ips, { packets: 4 });
    expect(end).toMatchObject({ ok: true });
    expect(outcomes).toEqual(ips.map(() => OUTCOME.reply));
    expect(rttUs.every((rtt) => rtt > 0 && rtt < 300_000)).toBe(true);
    expect(counted('echoes')).toBe(4);
    network.runCommand('nft add rule inet seen in ip daddr 10.7.0.1 icmp type echo-request drop');
    expect((await probe(ips, { packets: 3 })).outcomes).toEqual([
      ...[OUTCOME.timeout, OUTCOME.reply, OUTCOME.timeout, OUTCOME.reply],
    ]);
  });

  it('set size, DSCP and source of packets of both families', async () => {
    countPackets('v4', 'ip daddr 10.7.0.1 ip saddr 10.7.0.9 ip length 1428 ip dscp 46 icmp type echo-request');
    countPackets('v6', 'ip6 daddr 2001:db8:7::1 ip6 saddr 2001:db8:7::9 ip6 length 1408 ip6 dscp 46');
    countPackets('plain', 'ip daddr 10.7.0.2 ip length 84 ip dscp 0 icmp type echo-request');
    const options = { size: 1_400, dscp: 46 };
    const hasAddress = (): boolean => true;
    const ping = new IcmpPing({ fpingPath: fping, captureDir: once.dir, hasAddress });
    const slice = { timeoutMs: 300, spacingMs: 20 };
    for (const [ip, source] of [
      ['10.7.0.1', '10.7.0.9'],
      ['2001:db8:7::1', '2001:db8:7::9'],
    ] as const) {
      const { outcomes } = await once.probeWith(ping, [ip], { ...slice, checks: [check({ ...options, source })] });
      expect(outcomes).toEqual([OUTCOME.reply]);
    }
    ping.close();
    expect((await probe(['10.7.0.2'], {})).outcomes).toEqual([OUTCOME.reply]);
    expect(['v4', 'v6', 'plain'].map(counted)).toEqual([1, 1, 1]);
  });

  it('report a source address that the machine does not have, as errors of its family only', async () => {
    const ips = ['10.7.0.1', '2001:db8:7::1'];
    const ping = new IcmpPing({ fpingPath: fping, captureDir: once.dir, hasAddress: (ip) => ip !== '192.0.2.77' });
    const definition = check({ source: '192.0.2.77' });
    const { end, outcomes } = await once.probeWith(ping, ips, { checks: ips.map(() => definition) });
    const trouble = {
      state: 'source_missing',
      detail: expect.stringMatching(/192\.0\.2\.77 .*does not have that address/),
    };
    expect(end).toMatchObject({ ok: false, ...trouble });
    expect(outcomes).toEqual([OUTCOME.error, OUTCOME.reply]);
    expect(ping.health()).toMatchObject(trouble);
    expect((await once.probeWith(ping, ips)).end.ok).toBe(true);
    ping.setTargets(ips.map((ip) => ({ ip, definition })));
    expect(ping.health()).toMatchObject(trouble);
    ping.setTargets(ips.map((ip) => ({ ip, definition: check({}) })));
    expect(ping.health().state).toBe('ok');
    ping.close();
  });

  it('are refused when fping does not know them, without results', async () => {
    const old = once.script('cat > /dev/null; echo "fping: -M option not supported on this platform" >&2; exit 1');
    const slice = { checks: [check({ dontFragment: true })] };
    const { end, outcomes } = await once.probeOnce(['10.7.0.1'], old, slice);
    expect(end).toMatchObject({ ok: false, detail: expect.stringContaining('not supported on this platform') });
    expect(outcomes).toEqual([undefined]);
  });
});

describe('a ping that must not be fragmented, through a router with a smaller MTU', () => {
  let once: ProbeOnce;
  let agent: Netns;
  let router: Netns;
  let target: Netns;

  beforeEach(() => {
    once = new ProbeOnce();
    [agent, router, target] = [new Netns(), new Netns(), new Netns()];
    router.runCommand('sysctl -qw net.ipv4.ip_forward=1');
    const link = (from: Netns, to: Netns, [near, far]: [string, string], mtu: number): void => {
      const [here, there] = [`h${far.replaceAll('.', '')}`, `t${far.replaceAll('.', '')}`];
      from.runCommand(`ip link add ${here} type veth peer name ${there} netns ${to.name}`);
      from.runCommand(`ip address add ${near}/24 dev ${here}; ip link set ${here} mtu ${mtu} up`);
      to.runCommand(`ip address add ${far}/24 dev ${there}; ip link set ${there} mtu ${mtu} up`);
    };
    link(agent, router, ['10.8.1.1', '10.8.1.2'], 1_500);
    link(router, target, ['10.8.2.1', '10.8.2.2'], 1_400);
    agent.runCommand('ip route add default via 10.8.1.2');
    target.runCommand('ip route add default via 10.8.2.1');
  });
  afterEach(() => {
    for (const each of [agent, router, target]) each.remove();
    once.remove();
  });

  it('is unreachable, also while the kernel remembers the limit; longer than its own interface it is not sent', async () => {
    const fping = once.script(`${agent.exec} /usr/bin/fping "$@"`);
    const ping = new IcmpPing({ fpingPath: fping, captureDir: once.dir });
    const probe = async (options: Partial<CheckDefinition>): Promise<Probed> =>
      once.probeWith(ping, ['10.8.2.2'], { checks: [check(options)], timeoutMs: 300 });
    const fits = { size: 1_372, dontFragment: true };
    const tooLong = { size: 1_373, dontFragment: true };
    expect((await probe(fits)).outcomes).toEqual([OUTCOME.reply]);
    expect((await probe(tooLong)).outcomes).toEqual([OUTCOME.unreachable]);
    // Now the kernel refuses to send it.
    expect((await probe(tooLong)).outcomes).toEqual([OUTCOME.unreachable]);
    expect((await probe({ ...tooLong, packets: 2 })).outcomes).toEqual([OUTCOME.unreachable]);
    expect((await probe(fits)).outcomes).toEqual([OUTCOME.reply]);
    expect((await probe({ size: 1_373 })).outcomes).toEqual([OUTCOME.reply]);
    ping.close();

    const { end, outcomes } = await once.probeOnce(['10.8.1.2'], fping, {
      checks: [check({ size: 1_473, dontFragment: true })],
    });
    expect(outcomes).toEqual([OUTCOME.not_sent]);
    expect(end.remark).toMatch(/1 packets of the last slice with 1473 bytes .*\(Message too long/);
  });
});
