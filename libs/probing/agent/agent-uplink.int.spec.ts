import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decodeDetail, isConfirming, OUTCOME } from '@icmp-mon/probing/contract';
import { LANE } from '@icmp-mon/probing/wire';
import { pause } from '@icmp-mon/platform/concurrency';
import { compress } from '@icmp-mon/platform/zstd';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProbingAgent } from './agent';
import { Netns, ProbeOnce } from './executors/probe-once.test-executor';
import { FakeGateway } from './fake-gateway.test-server';

const WITHIN = { timeout: 30_000, interval: 50 };
const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const ANCHORS = ['10.9.9.1', '10.9.9.2'];
const TARGETS = ['10.9.1.1', '10.9.1.2', '10.9.1.3', '10.9.1.4'];
const INTERVAL_MS = 5_000;

/** An agent whose fping runs in a namespace of its own: its uplink can fail while it still reaches the gateway. */
describe('an agent with anchors whose uplink fails while it reaches the gateway', () => {
  let dir: string;
  let gateway: FakeGateway;
  let network: Netns;
  let once: ProbeOnce;
  let agent: ProbingAgent;

  beforeEach(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'agent-'));
    writeFileSync(path.join(dir, 'policy.yaml'), 'allow: ["10.9.0.0/16"]\n');
    gateway = await FakeGateway.open();
    gateway.anchors = ANCHORS;
    network = new Netns();
    network.runCommand('ip route add local 10.9.0.0/16 dev lo');
    once = new ProbeOnce();
    const fping = once.script(`${network.exec} /usr/bin/fping "$@"`);
    chmodSync(fping, 0o755);
    agent = new ProbingAgent({
      ...{ enrolUrl: gateway.enrolUrl, enrolToken: 'right', caSha256: gateway.caSha256 },
      ...{ name: 'pop-1', region: 'r', provider: 'p', tags: {}, agentVersion: 'test' },
      ...{ stateDir: path.join(dir, 'state'), policyFile: path.join(dir, 'policy.yaml'), fpingPath: fping },
      ...{ spoolBytesMax: 64 * 1024 * 1024, compress, log: QUIET },
    });
    agent.start((error) => {
      throw error;
    });
  });
  afterEach(async () => {
    await agent.stop();
    await gateway.close();
    network.remove();
    once.remove();
    rmSync(dir, { recursive: true });
  });

  const states = (): string[] | undefined => gateway.telemetry?.anchors?.map(({ state }) => state);
  const misses = (sinceMs: number, lane: number): number[] =>
    [...gateway.blocks.values()]
      .filter(({ header }) => header.lane === lane)
      .flatMap(({ results }) => results)
      .flatMap(([key, sentAtMs, outcome]) => (sentAtMs >= sinceMs && outcome !== OUTCOME.reply ? [key] : []));

  /** Resolves when anchors and targets were seen to reply. */
  async function settled(): Promise<void> {
    gateway.assignTargets(TARGETS, INTERVAL_MS, 1_000);
    await expect.poll(states, WITHIN).toEqual(['answers', 'answers']);
    await expect.poll(() => new Set(gateway.results.map(([key]) => key)).size, WITHIN).toBe(TARGETS.length);
  }

  it.each([
    ['every packet is lost', 'nft add rule ip t c ip daddr 10.9.0.0/16 drop', 'nft flush chain ip t c'],
    [
      'a blackhole route takes its packets',
      'ip route del local 10.9.0.0/16 dev lo; ip route add blackhole 10.9.0.0/16',
      'ip route del blackhole 10.9.0.0/16; ip route add local 10.9.0.0/16 dev lo',
    ],
    ['it has no route', 'ip route del local 10.9.0.0/16 dev lo', 'ip route add local 10.9.0.0/16 dev lo'],
    ['its link is down', 'ip link set lo down', 'ip link set lo up; ip route replace local 10.9.0.0/16 dev lo'],
  ])(
    'ships no second miss of a target as live when %s, and measures again afterwards',
    async (_how, cut, repair) => {
      network.runCommand('nft "add table ip t; add chain ip t c { type filter hook input priority 0; }"');
      await settled();
      const cutMs = Date.now();
      network.runCommand(cut);
      await pause(4 * INTERVAL_MS);
      const live = misses(cutMs, LANE.live);
      expect(live.length, 'each target has at most its first miss judged').toBe(new Set(live).size);
      network.runCommand(repair);
      const repairedMs = Date.now();
      const replies = (): number =>
        gateway.results.filter(([, atMs, outcome]) => atMs > repairedMs && outcome === OUTCOME.reply).length;
      await expect.poll(replies, WITHIN).toBeGreaterThanOrEqual(TARGETS.length);
      await expect.poll(states, WITHIN).toEqual(['answers', 'answers']);
    },
    90_000,
  );

  it('stores and counts the misses that it does not believe, and reports its anchors as silent', async () => {
    network.runCommand('nft "add table ip t; add chain ip t c { type filter hook input priority 0; }"');
    await settled();
    const cutMs = Date.now();
    network.runCommand('nft add rule ip t c ip daddr 10.9.0.0/16 drop');
    await expect.poll(states, WITHIN).toEqual(['silent', 'silent']);
    await expect
      .poll(() => agent.session?.losses().notBelieved.uplink_out, WITHIN)
      .toBeGreaterThanOrEqual(TARGETS.length);
    await expect.poll(() => new Set(misses(cutMs, LANE.backfill)).size, WITHIN).toBe(TARGETS.length);
    const reasons = [...gateway.blocks.values()].flatMap(({ details }) => [...details.values()].map(decodeDetail));
    expect(new Set(reasons.map(({ notBelieved }) => notBelieved))).toEqual(new Set(['uplink_out']));
  }, 60_000);

  it('confirms the first miss of a target by three probes, 500 ms apart, that are judged and marked', async () => {
    network.runCommand('nft "add table ip t; add chain ip t c { type filter hook input priority 0; }"');
    await settled();
    network.runCommand(`nft add rule ip t c ip daddr ${TARGETS[0]} drop`);
    const confirming = (): { key: number; lane: number; outcome: number; sentAtMs: number }[] =>
      [...gateway.blocks.values()].flatMap(({ header, results, details }) =>
        results.flatMap(([key, sentAtMs, outcome], row) =>
          isConfirming(details.get(row)) ? [{ key, lane: header.lane, outcome, sentAtMs }] : [],
        ),
      );
    const dropped = (): number[] => gateway.results.flatMap(([key, atMs, of]) => (key === 1 && of !== 0 ? [atMs] : []));
    await expect.poll(() => dropped().length, WITHIN).toBeGreaterThanOrEqual(5);
    const probes = confirming().sort((a, b) => a.sentAtMs - b.sentAtMs);
    expect(probes.map(({ key, lane, outcome }) => [key, lane, outcome])).toEqual(
      Array.from({ length: 3 }, () => [1, LANE.live, OUTCOME.timeout]),
    );
    const [first = 0, second = 0, third = 0] = probes.map(({ sentAtMs }) => sentAtMs);
    expect(
      [second - first, third - second].every((ms) => ms > 400),
      'steps of 500 ms',
    ).toBe(true);
    expect(first - Math.min(...dropped()), 'the first one waits for the timeout only').toBeLessThan(INTERVAL_MS);
    await expect.poll(() => gateway.telemetry?.confirming, WITHIN).toMatchObject({ bursts: 1, probes: 3 });
  }, 60_000);

  it('believes misses while the anchors alone are silent', async () => {
    network.runCommand('nft "add table ip t; add chain ip t c { type filter hook input priority 0; }"');
    await settled();
    network.runCommand(`nft add rule ip t c ip daddr { ${[...ANCHORS, TARGETS[0]].join(', ')} } drop`);
    const cutMs = Date.now();
    await expect.poll(states, WITHIN).toEqual(['silent', 'silent']);
    await expect.poll(() => misses(cutMs, LANE.live).length, WITHIN).toBeGreaterThan(1);
    expect(misses(cutMs, LANE.backfill)).toEqual([]);
  }, 60_000);
});
