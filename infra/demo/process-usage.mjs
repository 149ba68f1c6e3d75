// CPU and memory of processes with their descendants, from /proc.
import { readdirSync, readFileSync } from 'node:fs';
import { codeOf } from '../error-text.mjs';

const TICKS_PER_S = 100;
const PAGE_BYTES = 4096;

/** @param {number | string} pid */
function readStat(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  /** @param {number} at */
  const number = (at) => Number(fields[at - 3]);
  // Fields by proc(5): 4 parent, 14 to 17 CPU time of the process and of its reaped children, 24 resident pages.
  return { ppid: number(4), ticks: number(14) + number(15) + number(16) + number(17), rssPages: number(24) };
}

/**
 * @param {number | string} pid
 * @param {number} rssPages
 */
function proportionalBytes(pid, rssPages) {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const proportional = rollup.match(/^Pss:\s+(\d+) kB/m);
    return proportional === null ? rssPages * PAGE_BYTES : Number(proportional[1]) * 1024;
  } catch {
    // The process ended meanwhile or belongs to another user: the resident size is the next best figure.
    return rssPages * PAGE_BYTES;
  }
}

/**
 * Returns CPU seconds so far and proportional memory (PSS) in bytes for each root pid, including its descendants.
 * @param {readonly number[]} roots
 */
export function usageOf(roots) {
  const stats = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      stats.set(Number(name), readStat(name));
    } catch (error) {
      // A process may end while the list is read.
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ESRCH') throw error;
    }
  }
  /** @param {number} pid */
  const rootOf = (pid) => {
    for (let at = pid; at > 1; at = stats.get(at)?.ppid ?? 0) if (roots.includes(at)) return at;
    return 0;
  };
  const usage = new Map(roots.map((pid) => [pid, { cpuS: 0, memoryBytes: 0 }]));
  for (const [pid, { ticks, rssPages }] of stats) {
    const sum = usage.get(rootOf(pid));
    if (!sum) continue;
    sum.cpuS += ticks / TICKS_PER_S;
    sum.memoryBytes += proportionalBytes(pid, rssPages);
  }
  return usage;
}
