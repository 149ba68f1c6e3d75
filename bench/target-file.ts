import { setTimeout as pause } from 'node:timers/promises';
import type { BulkJobDetail } from '@icmp-mon/targets/contract';
import { addressOf } from './inventory';
import type { BenchProduct } from './product';

const SITES = 200;
const LOOK_MS = 200;
const WITHIN_MS = 600_000;

/** Returns a CSV file of targets in the tier `standard`, from the n-th address on. */
export function csvOf(targets: number, from = 0): string {
  const lines = Array.from({ length: targets }, (_, nr) => {
    const at = from + nr;
    const site = String(at % SITES).padStart(3, '0');
    return `${addressOf(at)},edge-${at},standard,site=s${site} role=edge,core team`;
  });
  return ['ip,name,tier,tags,owner', ...lines, ''].join('\n');
}

/** Sends a file to the API, and returns the accepted job. */
export async function sendFile({ access }: BenchProduct, body: string): Promise<BulkJobDetail> {
  const headers = { authorization: `Bearer ${access.apiKey}`, 'content-type': 'text/csv' };
  const response = await fetch(`${access.apiUrl}/api/v1/targets:import`, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`The import returned ${response.status}: ${await response.text()}`);
  return (await response.json()) as BulkJobDetail;
}

/** Waits for the end of a job, and returns it. */
export async function endOf(product: BenchProduct, accepted: BulkJobDetail): Promise<BulkJobDetail> {
  let job = accepted;
  await until(async () => {
    job = await product.callApi<BulkJobDetail>('GET', `bulk-jobs/${accepted.id}`);
    return job.finishedAt !== null;
  });
  return job;
}

/** @throws Error when the condition does not hold within ten minutes */
export async function until(condition: () => Promise<boolean>, lookMs = LOOK_MS): Promise<void> {
  const deadlineMs = performance.now() + WITHIN_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`A step did not end within ${WITHIN_MS / 1_000} s.`);
    await pause(lookMs);
  }
}
