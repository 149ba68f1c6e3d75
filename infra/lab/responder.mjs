import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nodeBinary } from '../paths.mjs';
import { Refusal } from '../output.mjs';
import { TUN_DEVICE } from './network.mjs';

const scriptOf = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const ANSWER_WITHIN_MS = 20_000;

/** @typedef {Record<'received' | 'answered' | 'lost' | 'cut' | 'expired' | 'limited' | 'unknown' | 'full' | 'written' | 'lateMeanUs' | 'lateMaxUs', number>} ResponderCounts */

/** @typedef {{ counts: ResponderCounts, tally: import('./engine/tally.mjs').TallyRow[] }} Answer with the member that the command asks for */

/** The process that is the simulated internet, in the core namespace. */
export class Responder {
  /** @param {string} core */
  constructor(core) {
    const args = ['netns', 'exec', core, 'python3', scriptOf('attach-tun.py'), TUN_DEVICE, nodeBinary];
    this.child = spawn('ip', [...args, scriptOf('simulate-internet.mjs')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C ends the lab, which ends this process last.
      detached: true,
    });
    this.stderr = '';
    this.child.stderr.on('data', (chunk) => (this.stderr = (this.stderr + chunk).slice(-4_000)));
    this.child.stdin.on('error', () => undefined);
    /** Commands without an answer, oldest first. @type {((answer: Answer) => void)[]} */
    this.waiting = [];
    createInterface({ input: this.child.stdout }).on('line', (line) => this.waiting.shift()?.(JSON.parse(line)));
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
    /** Rejects when the process has ended. @type {Promise<never>} */
    this.failed = this.ended.then(() => {
      throw new Refusal(`The simulated internet ended: ${this.stderr.trim() || 'without a message'}`);
    });
    // Commands race with it; between two commands no promise does.
    this.failed.catch(() => undefined);
  }

  get pid() {
    return this.child.pid;
  }

  /**
   * @param {{ world: object, faults: object[], seed: number, ports: number[], socketDir: string, timeoutMs?: number, missesFile?: string }} of
   */
  begin(of) {
    return this.send({ command: 'begin', ...of });
  }

  /** @param {number} originMs start of the timeline, in ms since the epoch */
  setOrigin(originMs) {
    return this.send({ command: 'origin', originMs });
  }

  /** @returns {Promise<ResponderCounts>} */
  async readCounts() {
    return (await this.send({ command: 'counts' })).counts;
  }

  /** Returns what became of the echo requests that the faults concern, since the timeline began. */
  async readTally() {
    return (await this.send({ command: 'tally' })).tally;
  }

  async close() {
    this.child.stdin.end();
    await this.ended;
  }

  /**
   * @param {object} command
   * @returns {Promise<Answer>}
   */
  send(command) {
    /** @type {Promise<Answer>} */
    const answer = new Promise((resolve) => this.waiting.push(resolve));
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    /** @type {Promise<never>} */
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Refusal('The simulated internet does not answer.')), ANSWER_WITHIN_MS);
    });
    return Promise.race([answer, this.failed, late]).finally(() => clearTimeout(timer));
  }
}
