// Measures how soon a client of the stream sees a path: the first hops of a command of the kind mtr, and the end of all agents.
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal, print } from '../output.mjs';
import { sentEvents } from './sent-events.mjs';

/** @typedef {{ firstHopsMs: number | null, allHopsMs: number | null, doneMs: number, withHops: number, completed: number, agents: number, state: string }} Trace */

const RUNS = 5;
const PAUSE_MS = 3_000;
const WITHIN_MS = 120_000;

/**
 * @param {import('./product.mjs').Api} api
 * @param {string | undefined} ip target; the first one of the list unless it is set
 */
export async function measureTraces(api, ip) {
  const target = ip ?? (await api.get('/targets?limit=1')).items[0]?.ip;
  if (target === undefined) throw new Refusal('The product has no target. Add one: docs/how-to/add-targets.md');
  print(`Traces of ${target} by all agents, ${RUNS} times: ms from the request until a client of the stream has …`);
  print('   the first hops   hops of all that have any   the end   completed');
  const runs = [];
  for (let run = 0; run < RUNS; run++) {
    if (run > 0) await pause(PAUSE_MS);
    const trace = await traceOnce(api, target);
    runs.push(trace);
    const answered = `${trace.completed} of ${trace.agents}, ${trace.withHops} with hops`.padStart(27);
    print(`${ms(trace.firstHopsMs, 17)}${ms(trace.allHopsMs, 28)}${ms(trace.doneMs, 10)}${answered}  ${trace.state}`);
  }
  return { target, runs };
}

/**
 * @param {import('./product.mjs').Api} api
 * @param {string} target
 * @returns {Promise<Trace>}
 */
async function traceOnce(api, target) {
  const beganMs = performance.now();
  const { id, agents } = await api.call('POST', '/commands', { kind: 'mtr', target, choice: 'all' });
  const { body } = await fetch(`${api.base}/commands/${id}/live`, {
    headers: api.headers,
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  if (body === null) throw new Error('The stream of the command has no body.');
  const hopsMs = new Map();
  let last = { state: 'requested', counts: { completed: 0 } };
  for await (const { event, data } of sentEvents(body)) {
    if (event === 'command') last = /** @type {typeof last} */ (data);
    if (event !== 'agent') continue;
    const { agentId, trace } = /** @type {{ agentId: string, trace: { addresses: string[] } | null }} */ (data);
    if ((trace?.addresses.length ?? 0) > 0 && !hopsMs.has(agentId)) hopsMs.set(agentId, performance.now() - beganMs);
  }
  const times = [...hopsMs.values()];
  return {
    firstHopsMs: times.length === 0 ? null : Math.min(...times),
    allHopsMs: times.length === 0 ? null : Math.max(...times),
    doneMs: performance.now() - beganMs,
    ...{ withHops: times.length, completed: last.counts.completed, agents: agents.length, state: last.state },
  };
}

/**
 * @param {number | null} value
 * @param {number} width
 */
const ms = (value, width) => (value === null ? '–' : value.toFixed(0)).padStart(width);
