import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AgentPath, readTrace, type Trace } from '@icmp-mon/paths/contract';
import { PacketBudget, parsePolicy, TraceRunner } from '@icmp-mon/probing/agent/testing';
import { expect } from 'vitest';
import type { Fault } from './engine/faults.mjs';
import { DEFAULT_WORLD } from './engine/world-plan.mjs';
import { World } from './engine/world.mjs';
import { createNetwork, namespacesOf, removeNamespace } from './network.mjs';
import { Responder } from './responder.mjs';

const PLAN = {
  ...DEFAULT_WORLD,
  ...{ regions: { north: [0, 0], south: [10, 0] } as Record<string, [number, number]>, providers: ['alpha', 'beta'] },
  ...{ agentsPerRegion: 2, sitesPerRegion: 2, targets: 60, anycast: 0, ipv6Percent: 25, jitterMs: 0.1 },
  ...{ routerIcmpPerSecond: 1_000_000, publicCore: true, flowPerPacket: true },
};
const ALWAYS = { at: 0, for: 86_400, name: 'f' };

/** A simulated internet with some faults, and an agent's traces in it. */
export class TracedWorld {
  readonly world: World;
  private readonly names: ReturnType<typeof namespacesOf>;
  private readonly dir = mkdtempSync(path.join(tmpdir(), 'lab-traces-'));
  private readonly runners: TraceRunner[];
  private responder: Responder | undefined;

  constructor(plan: Partial<typeof PLAN>, name: string) {
    this.world = new World({ ...PLAN, ...plan });
    this.names = namespacesOf(`icmpmon-lab-test-${process.pid}-${name}`, this.world.vantages);
    const policy = parsePolicy(
      'allow: ["198.18.0.0/15", "2001:2::/48"]\npacketsPerSecond: 100000\npacketsPerSecondPerAddress: 1000',
    );
    this.runners = this.names.agents.map((namespace) => {
      const mtrPath = path.join(this.dir, `mtr-${namespace}`);
      writeFileSync(mtrPath, `#!/bin/sh\nexec /usr/sbin/ip netns exec ${namespace} /usr/bin/mtr "$@"\n`);
      chmodSync(mtrPath, 0o755);
      return new TraceRunner({
        ...{ policy: () => policy, budget: new PacketBudget(policy), scheduledPerSecond: () => 0, mtrPath },
      });
    });
  }

  async start(...faults: Partial<Fault>[]): Promise<void> {
    createNetwork(this.names, this.world.vantages, [9]);
    this.responder = new Responder(this.names.core);
    const complete = faults.map((fault) => ({ ...ALWAYS, ...fault }));
    await this.responder.begin({ world: this.world.plan, faults: complete, seed: 1, ports: [], socketDir: this.dir });
  }

  /** Begins the timeline of the faults. */
  async beginFaults(): Promise<void> {
    await this.responder?.setOrigin(Date.now());
  }

  async remove(): Promise<void> {
    await this.responder?.close();
    for (const name of [this.names.core, ...this.names.agents]) removeNamespace(name);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A target of another provider in the south: gateway, edge, exchange, backbone, core (hop 5 from the north), site. */
  targetAddress(isIpv6 = false): string {
    return (
      this.world.targets.find(
        (each) => each.site?.name === 'south-s1' && each.role === 'web' && each.ip.includes(':') === isIpv6,
      )?.ip ?? ''
    );
  }

  async traceFrom(agent: number, target = this.targetAddress()): Promise<Trace> {
    const end = await this.runners[agent]?.traceTarget({ target, signal: new AbortController().signal });
    if (end?.ok !== true) throw new Error(`no trace: ${JSON.stringify(end)}`);
    expect(readTrace(JSON.parse(JSON.stringify(end.trace)))).toEqual(end.trace);
    return end.trace;
  }

  async tracePaths(): Promise<AgentPath[]> {
    const traces = await Promise.all(this.world.vantages.map(({ index }) => this.traceFrom(index)));
    return this.world.vantages.map(({ index, name }) => ({
      agent: name,
      site: name,
      trace: traces[index] as Trace,
      ended: true,
    }));
  }

  addressOf(router: string): string {
    const key = this.world.routerByName.get(router)?.keys[4] ?? '';
    return [...key].map((byte) => byte.charCodeAt(0)).join('.');
  }
}

/** Runs the test in a world of its own. */
export async function inWorld(
  name: string,
  of: { plan?: Partial<typeof PLAN>; faults?: Partial<Fault>[]; later?: boolean },
  test: (world: TracedWorld) => Promise<void>,
): Promise<void> {
  const traced = new TracedWorld(of.plan ?? {}, name);
  try {
    await traced.start(...(of.faults ?? []));
    if (of.later !== true) await traced.beginFaults();
    await test(traced);
  } finally {
    await traced.remove();
  }
}
