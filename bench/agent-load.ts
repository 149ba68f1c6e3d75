import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AgentGateway } from './agent-gateway';
import { AgentNetwork } from './agent-network';
import { cpuOf, NODE_OPTIONS, settled, startAgent, stopAgent } from './agent-run';
import { AgentWatch } from './agent-watch';
import type { BenchContext, BenchResult } from './bench';
import { rounded } from './pairs';
import { compareWithWire, quantileOf, type ReceivedResult } from './wire-comparison';
import { addressNumber, mostWithin, readWirePings } from './wire-pings';

export interface AgentLoadOptions {
  /** Greatest number of targets; smaller ones are measured before. */
  targets: number;
  intervalS: number;
  /** Length of the measurement of each number of targets. */
  minutes: number;
}

const SIZES = [1_000, 10_000, 100_000];
const TIMEOUT_MS = 1_000;
const LOSS_PERCENT = 1;
/** Range of the simulated internet. */
const RANGE = '198.18.0.0/15';
/** Time until the last results have arrived: they leave the agent within a second, and a probe may take its timeout. */
const DRAIN_MS = 5_000;
const MINUTE_MS = 60_000;
const RSS_MIB_MAX = 300;
/** Agent and its fpings run on this core only. */
const CORE = '0';

/** Figures of one number of targets. */
type Figures = Record<string, number>;

/**
 * One agent with 1,000, 10,000 and 100,000 targets of the simulated internet (1 % of the round trips are lost), with its fpings on one core.
 * Each result is compared with the packets at the agent's network device, by the kernel's clock: false losses, round trips, bursts.
 * Not sound: results that contradict the wire or are doubled, more memory or CPU than one agent may use, or round trips longer than on
 * the wire.
 */
export async function runAgentLoad(context: BenchContext, options: AgentLoadOptions): Promise<BenchResult> {
  const sizes = [...SIZES.filter((size) => size < options.targets), options.targets];
  const [load] = os.loadavg();
  context.printLine(`agent: ${os.cpus()[0]?.model}, ${os.cpus().length} cores, load ${load.toFixed(2)} at the start`);
  const table: Figures[] = [];
  for (const targets of sizes) {
    const figures = await measureSize(context, { ...options, targets });
    table.push(figures);
    context.printLine(`agent: ${targets} targets: ${JSON.stringify(figures)}`);
  }
  printTable(context, table);
  const faults = table.flatMap(faultsOf);
  for (const fault of faults) context.printLine(`agent: FAULT: ${fault}`);
  const none = { ratio: 1, min: 1, max: 1, pairs: [], cpuSeconds: {} };
  return { name: 'load agent', ...none, table, faults, sound: faults.length === 0 };
}

async function measureSize(context: BenchContext, options: AgentLoadOptions): Promise<Figures> {
  const { targets, intervalS, minutes } = options;
  const dir = mkdtempSync(path.join(os.tmpdir(), 'bench-agent-'));
  const gateway = await AgentGateway.open();
  const ports = [gateway.enrolUrl, gateway.gatewayUrl].map((url) => Number(new URL(url).port));
  let network: AgentNetwork | undefined;
  let watch: AgentWatch | undefined;
  const load = { targets, intervalMs: intervalS * 1_000 };
  try {
    network = await AgentNetwork.start({ targets, lossPercent: LOSS_PERCENT, ports });
    const { namespace, ips } = network.access;
    gateway.assignTargets(ips, load.intervalMs, TIMEOUT_MS);
    const pinned = ['ip', 'netns', 'exec', namespace, 'taskset', '-c', CORE];
    const command = [...pinned, process.execPath, ...NODE_OPTIONS];
    const agent = startAgent(dir, gateway, { command, allow: RANGE });
    watch = new AgentWatch(agent, gateway);
    await settled(agent, gateway, load);
    const capture = path.join(dir, 'capture');
    await network.startCapture(capture);
    gateway.clear();
    const fromMs = Date.now();
    const before = cpuOf(agent.pid ?? 0);
    watch.beginWatching();
    await pause(minutes * MINUTE_MS);
    const toMs = Date.now();
    const after = cpuOf(agent.pid ?? 0);
    const seen = watch.endWatching();
    await pause(DRAIN_MS);
    const missed = await network.endCapture();
    const results = gateway
      .acceptedResults()
      .map(({ key, ...rest }) => ({ ...rest, address: addressNumber(ips[key - 1]) }));
    const elapsedS = (toMs - fromMs) / 1_000;
    return {
      targets,
      ...seen,
      agentCpuS: rounded(after.ownS - before.ownS),
      fpingCpuS: rounded(after.childrenS - before.childrenS),
      cpuOfACore: rounded((after.ownS - before.ownS + after.childrenS - before.childrenS) / elapsedS),
      ...comparisonFigures(capture, results, { fromMs, toMs }),
      perS: rounded(targets / intervalS),
      expectedResults: Math.round((targets * elapsedS) / intervalS),
      missedByCapture: missed,
    };
  } finally {
    if (watch !== undefined) await stopAgent(watch.agent);
    await network?.stop();
    await gateway.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function comparisonFigures(
  capture: string,
  results: readonly ReceivedResult[],
  span: { fromMs: number; toMs: number },
): Figures {
  const wire = readWirePings(capture);
  const compared = compareWithWire(wire, results, { ...span, timeoutMs: TIMEOUT_MS });
  const { agentMs, wireMs, excessMs, ...counts } = compared;
  const quantile = (values: Float64Array, q: number): number => Math.round(quantileOf(values, q) * 1_000) / 1_000;
  return {
    ...counts,
    rttMsP50: quantile(agentMs, 0.5),
    rttMsP99: quantile(agentMs, 0.99),
    wireMsP50: quantile(wireMs, 0.5),
    wireMsP99: quantile(wireMs, 0.99),
    excessMsP50: quantile(excessMs, 0.5),
    excessMsP99: quantile(excessMs, 0.99),
    excessMsMax: quantile(excessMs, 1),
    mostIn10Ms: mostWithin(wire, 10),
    mostIn100Ms: mostWithin(wire, 100),
    mostIn1S: mostWithin(wire, 1_000),
  };
}

/** Round trips may be this much longer than on the wire. Those of two numbers of targets differ: their simulated internets do. */
const isLonger = (ms: number, thanMs: number): boolean => ms > thanMs * 1.05 + 0.2;
const FALSE_LOSS_SHARE_MAX = 1e-6;

function faultsOf(figures: Figures): string[] {
  const { targets, pings, falseLosses, falseReplies, withoutPing, rssMiB, cpuOfACore } = figures;
  const faults = [
    falseLosses > pings * FALSE_LOSS_SHARE_MAX &&
      `${falseLosses} of ${pings} pings are reported as lost, and were answered`,
    falseReplies > 0 && `${falseReplies} replies that did not arrive in time`,
    withoutPing > 0 && `${withoutPing} results without a ping`,
    rssMiB >= RSS_MIB_MAX && `${rssMiB} MiB of memory`,
    cpuOfACore >= 1 && `${cpuOfACore} of a core`,
    isLonger(figures.rttMsP50, figures.wireMsP50) && `p50 of round trips ${figures.rttMsP50} ms`,
    isLonger(figures.rttMsP99, figures.wireMsP99) && `p99 of round trips ${figures.rttMsP99} ms`,
  ];
  return faults.filter((fault) => fault !== false).map((fault) => `${targets} targets: ${fault}`);
}

function printTable(context: BenchContext, table: readonly Figures[]): void {
  for (const name of Object.keys(table[0] ?? {})) {
    context.printLine(name.padEnd(20) + table.map((figures) => String(figures[name]).padStart(12)).join(''));
  }
}
