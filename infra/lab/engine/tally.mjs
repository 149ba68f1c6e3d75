import { appendFileSync } from 'node:fs';
import { readPacket } from './packet.mjs';

/** @typedef {import('./engine.mjs').Engine} Engine */
/** @typedef {import('./engine.mjs').Reply} Reply */
/** @typedef {import('./faults.mjs').FaultKind} FaultKind */
/** @typedef {import('./packet.mjs').Packet} Packet */

/**
 * Counts of the echo requests of one agent to the targets of a fault while it was active: `inTime` got a reply of the target before
 * the timeout, `late` one after it, `foreign` one of another address, the others none. `rttSumMs` and `duplicates` are of those in time.
 * `offline` were sent without an uplink.
 * @typedef {Record<typeof FIELDS[number], number>} Counts
 * @typedef {Counts & { fault: number, vantage: number }} TallyRow
 */
export const FIELDS = /** @type {const} */ ([
  'requests',
  'inTime',
  'late',
  'foreign',
  'duplicates',
  'rttSumMs',
  'offline',
]);

/** Faults whose effect is measured by echo requests. @type {readonly FaultKind[]} */
const MEASURED = [
  ...['outage', 'loss', 'loss-burst', 'delay', 'jitter', 'reorder', 'duplicate', 'other-address'],
  ...['path-change', 'rate-limit', 'withdrawn'],
].map((kind) => /** @type {FaultKind} */ (kind));
/** Time at the start and the end of a fault that is not measured, in s: agents and lab count a probe at slightly different times. */
export const EDGE_S = 2;
/** Requests with a lower hop limit are of a traceroute. */
const PROBE_HOP_LIMIT_MIN = 33;
const MISSES_MAX = 500_000;
const FLUSH_MS = 1_000;

/**
 * Memory for the counts of a number of faults and agents.
 * @param {number} faults
 * @param {number} vantages
 */
export const tallyMemory = (faults, vantages) =>
  new SharedArrayBuffer(Math.max(1, faults * vantages * FIELDS.length) * 8);

/**
 * Returns, by index, whether a fault is measured by the target. Which agents a fault concerns at an anycast target depends on the region that
 * serves it: such targets are measured only for faults of nothing else.
 * @param {import('./faults.mjs').ResolvedFault} fault
 * @param {import('./world.mjs').World} world
 */
export function measuredTargets({ targets }, world) {
  const isAnycast = world.targets.every(({ index, site }) => targets[index] === 0 || site === null);
  return targets.map((isSelected, index) => (isSelected && (isAnycast || world.targets[index].site !== null) ? 1 : 0));
}

/**
 * Counts what the simulated internet did with the echo requests that faults concern, and writes each probe without a valid reply to a file.
 * This is the truth about loss, which is random: what the product measured is compared with it.
 */
export class Tally {
  /** @type {string[]} */ lines = [];
  flushedAtMs = 0;
  misses = 0;

  /**
   * @param {Engine} engine
   * @param {object} of
   * @param {SharedArrayBuffer} of.memory
   * @param {number} of.timeoutMs of the agents' probes
   * @param {string} [of.missesFile]
   */
  constructor(engine, { memory, timeoutMs, missesFile }) {
    this.engine = engine;
    this.words = new Float64Array(memory);
    this.timeoutMs = timeoutMs;
    this.missesFile = missesFile;
    const { world, conditions } = engine;
    this.targetsOf = new Map(conditions.faults.map((each) => [each, measuredTargets(each, world)]));
  }

  /**
   * @param {Buffer} bytes a packet that the engine has received
   * @param {Reply[]} replies of the engine
   * @param {number} nowMs
   */
  record(bytes, replies, nowMs) {
    const timeS = (nowMs - this.engine.originMs) / 1_000;
    if (!(timeS >= 0)) return;
    if (this.lines.length > 0 && nowMs - this.flushedAtMs >= FLUSH_MS) this.flush(nowMs);
    const measured = this.engine.conditions.active.filter(
      ({ fault, fromS, toS }) => MEASURED.includes(fault.fault) && timeS >= fromS + EDGE_S && timeS < toS - EDGE_S,
    );
    const isPlain = replies.length === 1 && replies[0].dueMs - nowMs <= this.timeoutMs;
    if (isPlain && measured.length === 0) return;
    const packet = readPacket(bytes);
    if (packet?.kind === 'echo' && packet.hopLimit >= PROBE_HOP_LIMIT_MIN) this.count(packet, replies, measured, nowMs);
  }

  /**
   * @param {Packet} packet
   * @param {Reply[]} replies
   * @param {import('./faults.mjs').ResolvedFault[]} measured
   * @param {number} nowMs
   */
  count(packet, replies, measured, nowMs) {
    const { world, conditions } = this.engine;
    const [vantage, target] = [world.vantageByKey.get(packet.from), world.targetByKey.get(packet.to)];
    if (vantage === undefined || target === undefined) return;
    const isOffline = conditions.cutVantages.has(vantage.index);
    const end = endOf(packet, replies, this.timeoutMs, nowMs);
    if (end !== 'inTime' && !isOffline)
      this.addMiss({ at: new Date(nowMs).toISOString(), agent: vantage.name, ip: target.ip });
    for (const each of measured) {
      if (this.targetsOf.get(each)?.[target.index] !== 1 || !each.vantages.has(vantage.index)) continue;
      const add = (/** @type {keyof Counts} */ field, by = 1) => {
        const row = conditions.faults.indexOf(each) * world.vantages.length + vantage.index;
        this.words[row * FIELDS.length + FIELDS.indexOf(field)] += by;
      };
      add('requests');
      if (isOffline) add('offline');
      else if (end !== 'none') add(end);
      if (end === 'inTime') add('rttSumMs', replies[0].dueMs - nowMs);
      if (end === 'inTime' && replies.length > 1) add('duplicates');
    }
  }

  /** @param {{ at: string, agent: string, ip: string }} miss */
  addMiss(miss) {
    if (this.missesFile === undefined || ++this.misses > MISSES_MAX) return;
    this.lines.push(`${JSON.stringify(miss)}\n`);
  }

  /** @param {number} nowMs */
  flush(nowMs) {
    if (this.missesFile !== undefined) appendFileSync(this.missesFile, this.lines.join(''));
    this.lines = [];
    this.flushedAtMs = nowMs;
  }
}

/**
 * @param {Packet} packet
 * @param {Reply[]} replies
 * @param {number} timeoutMs
 * @param {number} nowMs
 * @returns {'inTime' | 'late' | 'foreign' | 'none'}
 */
function endOf({ family, to }, replies, timeoutMs, nowMs) {
  if (replies.length === 0) return 'none';
  const [{ bytes, dueMs }] = replies;
  const from = family === 4 ? bytes.toString('latin1', 12, 16) : bytes.toString('latin1', 8, 24);
  if (from !== to) return 'foreign';
  return dueMs - nowMs > timeoutMs ? 'late' : 'inTime';
}

/**
 * Returns the counts of each fault and agent that had a request.
 * @param {SharedArrayBuffer} memory
 * @param {number} vantages
 * @returns {TallyRow[]}
 */
export function readTally(memory, vantages) {
  const words = new Float64Array(memory);
  const rows = [];
  for (let row = 0; (row + 1) * FIELDS.length <= words.length; row++) {
    const values = FIELDS.map((field, at) => [field, words[row * FIELDS.length + at]]);
    const counts = /** @type {Counts} */ (Object.fromEntries(values));
    if (counts.requests > 0) rows.push({ fault: Math.floor(row / vantages), vantage: row % vantages, ...counts });
  }
  return rows;
}
