import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PrintedResult } from '@icmp-mon/probing/wire';
import { eventually } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killAndWait, whileAway } from './testing/killing';
import { matchResults } from './match-results';
import { freshAddress } from './testing/network-faults';
import { RunningProduct } from './testing/running-product';
import { placeWitness, readWitness } from './testing/spool-witness';

const TARGETS = 100;
const PATIENCE = { withinMs: 120_000 };
const within = { timeout: PATIENCE.withinMs, interval: 200 };
const STOPPED_POLICY = 'allow:\n  - 127.0.0.0/8\nstopped: true\n';

let product: RunningProduct;

const agentDir = () => path.join(product.dir, 'agent');
const upTargets = async () => (await product.callApi<{ up: number }>('GET', 'targets/counts')).up;
const takenResults = () => product.readMetric('gateway', 'icmpmon_gateway_results_accepted_total');

const storedResults = (): Promise<PrintedResult[]> =>
  product.queryTelemetry<PrintedResult>(
    `SELECT target_key AS "targetKey", check_no AS "check", outcome, rtt_us::integer AS "rttUs",
            to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
     FROM probe_result`,
  );

describe('a product whose processes are killed, one after another and all together', () => {
  beforeAll(async () => {
    const environment = { ICMPMON_STARTER_TARGETS: '' };
    product = await RunningProduct.start({ name: 'kill', services: 'own', environment });
    await whileAway(product, 'agent', () => placeWitness(agentDir()));
    const network = freshAddress().split('.').slice(0, 3).join('.');
    for (let host = 1; host <= TARGETS; host++) {
      await product.callApi('POST', 'targets', { ip: `${network}.${host}`, tier: 'fast' });
    }
    await eventually(async () => expect(await upTargets()).toBe(TARGETS), PATIENCE);
  });

  afterAll(async () => {
    await product?.stop();
  });

  it('recovers each of them by itself, while results flow', async () => {
    const names = Object.keys(product.access.processes);
    expect(names).toEqual(expect.arrayContaining(['agent', 'gateway', 'api', 'projector', 'worker']));
    const lines: string[] = [];
    for (const killed of [...names.map((name) => [name]), names]) {
      const { seconds } = await killAndWait(product, killed);
      lines.push(`${killed.join(', ')} killed: all ready after ${seconds.toFixed(1)} s`);
      const taken = await takenResults();
      await expect.poll(takenResults, within).toBeGreaterThan(taken);
    }
    await expect.poll(upTargets, within).toBe(TARGETS);
    console.log(lines.join('\n'));
  });

  it('reports no target as down because of it', async () => {
    const changes = await product.queryTelemetry(`SELECT ip, at, reason FROM status_change WHERE to_status = 'down'`);
    expect(changes).toEqual([]);
  });

  it('has every result that the agent spooled exactly once', async () => {
    writeFileSync(path.join(agentDir(), 'policy.yaml'), STOPPED_POLICY);
    await expect.poll(() => product.readMetric('agent', 'icmpmon_agent_targets'), within).toBe(0);
    await expect.poll(() => product.readMetric('agent', 'icmpmon_agent_spool_blocks'), within).toBe(0);
    expect(await product.readMetric('agent', 'icmpmon_agent_dropped_results_total')).toBe(0);
    expect(await product.readMetric('agent', 'icmpmon_agent_quarantined')).toBe(0);
    const spooled = await whileAway(product, 'agent', () => readWitness(agentDir()));
    await expect.poll(async () => (await storedResults()).length, within).toBeGreaterThanOrEqual(spooled.length);
    const stored = await storedResults();
    expect(matchResults(spooled, stored)).toEqual({ missing: [], surplus: [] });
    console.log(`${spooled.length} results spooled, ${stored.length} stored: 0 missing, 0 duplicates`);
  });
});
