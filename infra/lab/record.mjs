import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { end, identify, isAlive } from '../process-identity.mjs';
import { readJson, writePrivateJson } from '../private-file.mjs';
import { Refusal } from '../output.mjs';
import { removeNamespace } from './network.mjs';

/** @typedef {import('../process-identity.mjs').Identity} Identity */
/** @typedef {{ owner: Identity | undefined, namespaces: string[], processes: Identity[] }} Recorded */

/**
 * Names of everything that a lab created outside of its folder, written before it is created: what a killed lab left behind is removed by
 * these names at the next start, and nothing besides.
 */
export class LabRecord {
  /** @type {Recorded} */ recorded = { owner: identify(process.pid), namespaces: [], processes: [] };

  /** @param {string} dir folder of the lab */
  constructor(dir) {
    this.file = join(dir, 'run.json');
  }

  /** @param {string[]} namespaces */
  addNamespaces(namespaces) {
    this.recorded.namespaces.push(...namespaces);
    this.write();
  }

  /** @param {number | undefined} pid */
  addProcess(pid) {
    const identity = identify(pid);
    if (identity) this.recorded.processes.push(identity);
    this.write();
  }

  write() {
    writePrivateJson(this.file, this.recorded);
  }

  /**
   * Removes what an earlier lab left behind. Returns the number of its namespaces.
   * @throws Refusal when that lab still runs
   */
  async removeLeft() {
    const left = /** @type {Recorded | undefined} */ (readJson(this.file));
    if (left === undefined) return 0;
    if (isAlive(left.owner))
      throw new Refusal(`Process ${left.owner?.pid} runs a lab already. Stop it with Ctrl-C there.`);
    await removeRecorded(left);
    rmSync(this.file, { force: true });
    return left.namespaces.length;
  }

  /** Ends the processes of this lab and removes its namespaces. Safe to repeat. */
  async removeAll() {
    await removeRecorded(this.recorded);
    rmSync(this.file, { force: true });
  }
}

/** @param {Recorded} recorded */
async function removeRecorded({ namespaces, processes }) {
  await Promise.all(processes.map((identity) => end(identity)));
  for (const name of namespaces) removeNamespace(name);
}
