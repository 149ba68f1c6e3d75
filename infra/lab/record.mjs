import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { end, identify } from '../process-identity.mjs';
import { readJson, writePrivateJson } from '../private-file.mjs';
import { Refusal } from '../output.mjs';
import { releaseLock, takeLock } from '../start-lock.mjs';
import { removeNamespace } from './network.mjs';

/** @typedef {import('../process-identity.mjs').Identity} Identity */
/** @typedef {{ namespaces: string[], processes: Identity[] }} Recorded */

/**
 * Names of everything that a lab created outside of its folder, written before it is created: what a killed lab left behind is removed by
 * these names at the next start, and nothing besides.
 */
export class LabRecord {
  /** @type {Recorded} */ recorded = { namespaces: [], processes: [] };
  isHeld = false;

  /** @param {string} dir folder of the lab */
  constructor(dir) {
    this.file = join(dir, 'run.json');
    this.lock = join(dir, 'lab.lock');
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
   * Makes this process the only one that runs a lab of the installation, and removes what an earlier lab left behind. Returns the number of
   * its namespaces.
   * @throws Refusal when that lab still runs
   */
  async begin() {
    const holder = takeLock(this.lock);
    if (holder !== undefined)
      throw new Refusal(`Process ${holder.pid} runs a lab here already. Stop it with Ctrl-C in its terminal first.`);
    this.isHeld = true;
    const left = /** @type {Recorded | undefined} */ (readJson(this.file));
    if (left === undefined) return 0;
    await removeRecorded(left);
    rmSync(this.file, { force: true });
    return left.namespaces.length;
  }

  /** Ends the processes of this lab and removes its namespaces. Safe to repeat. */
  async removeAll() {
    if (!this.isHeld) return;
    await removeRecorded(this.recorded);
    rmSync(this.file, { force: true });
    releaseLock(this.lock);
    this.isHeld = false;
  }
}

/** @param {Recorded} recorded */
async function removeRecorded({ namespaces, processes }) {
  await Promise.all(processes.map((identity) => end(identity)));
  for (const name of namespaces) removeNamespace(name);
}
