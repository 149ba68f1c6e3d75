import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../output.mjs';

/** Captures the pings at a device of a namespace into a file, by the kernel's clock: capture-echoes.py. */
export class EchoCapture {
  /**
   * @param {string} namespace
   * @param {string} device
   * @param {string} file
   */
  constructor(namespace, device, file) {
    const script = fileURLToPath(new URL('capture-echoes.py', import.meta.url));
    this.child = spawn('ip', ['netns', 'exec', namespace, 'python3', script, device, file], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Ctrl-C ends the measurement, which ends this process.
      detached: true,
    });
    this.child.stdin.on('error', () => undefined);
    /** @type {Promise<never>} */
    this.failed = once(this.child, 'close').then(() => {
      throw new Refusal('The capture of packets ended. It needs root.');
    });
    // A line that is awaited later still gets the refusal.
    this.failed.catch(() => undefined);
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  get pid() {
    return this.child.pid;
  }

  /** Waits until packets are captured. */
  async ready() {
    await this.nextLine();
  }

  /** Ends the capture; the file is then complete. Returns the number of packets that are missing in it. */
  async end() {
    this.child.stdin.end();
    return Number(await this.nextLine());
  }

  /** @returns {Promise<string>} */
  async nextLine() {
    const { done, value } = await this.lines.next();
    return done ? this.failed : value;
  }
}
