import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { cutGateway } from './network.mjs';

/** @typedef {import('./truth.mjs').TruthLine} TruthLine */

/**
 * Plays the timeline of a scenario once: cuts uplinks, appends each change of the truth to the file when it happens, and reports faults.
 * The simulated internet follows the same timeline by itself. Returns the lines.
 * @param {object} of
 * @param {import('./truth.mjs').Truth} of.truth
 * @param {number} of.originMs start of the timeline, in ms since the epoch
 * @param {number} of.durationS
 * @param {string} of.core namespace
 * @param {string} of.truthFile
 * @param {(line: string) => void} of.report
 * @param {AbortSignal} of.signal
 */
export async function playTimeline({ truth, originMs, durationS, core, truthFile, report, signal }) {
  /** @type {TruthLine[]} */
  const all = [];
  for (const timeS of truth.changesS) {
    await untilTime(originMs + timeS * 1_000, signal);
    const lines = truth.linesAt(timeS, originMs);
    if (lines.length > 0) appendFileSync(truthFile, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
    for (const line of lines) {
      if (line.type === 'agent') cutGateway(core, truth.vantageNamed(line.agent), !line.connected);
      if (line.type === 'fault') report(`${clock(timeS)}  ${line.name} (${line.fault}) ${line.state}`);
    }
    const cut = lines.filter((line) => line.type === 'target' && line.unreachableFrom.length > 0).length;
    if (cut > 0) report(`${clock(timeS)}  ${cut} targets are unreachable from at least one agent`);
    all.push(...lines);
  }
  await untilTime(originMs + durationS * 1_000, signal);
  return all;
}

/**
 * @param {number} timeMs
 * @param {AbortSignal} signal
 */
const untilTime = (timeMs, signal) => pause(Math.max(0, timeMs - Date.now()), undefined, { signal });

/** @param {number} timeS */
const clock = (timeS) =>
  `${String(Math.floor(timeS / 60)).padStart(2, '0')}:${String(Math.floor(timeS % 60)).padStart(2, '0')}`;
