import { copyFileSync, mkdirSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../error-text.mjs';
import { giveToOwner } from '../owner.mjs';

const LOG_BYTES_MAX = 10 * 1024 * 1024;
const LAST_LINES = 15;

/** The services' log files, one per service. Children write to their logs themselves, so that the children outlive the supervisor. */
export class ServiceLogs {
  #dir;
  #report;

  /**
   * @param {string} dir
   * @param {(line: string) => void} report
   */
  constructor(dir, report) {
    this.#dir = dir;
    this.#report = report;
    mkdirSync(dir, { recursive: true });
    giveToOwner(dir);
  }

  /** @param {string} name */
  fileOf(name) {
    return join(this.#dir, `${name}.log`);
  }

  /**
   * Opens the log for a child; the caller closes the descriptor once the child has it.
   * @param {string} name
   */
  openFor(name) {
    return openSync(this.fileOf(name), 'a', 0o640);
  }

  /**
   * Copies each log over 10 MiB to `.1` and truncates it. Reports a log for which that fails, and never throws.
   * @param {Iterable<string>} names
   */
  truncateLarge(names) {
    for (const name of names) {
      const file = this.fileOf(name);
      try {
        if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= LOG_BYTES_MAX) continue;
        copyFileSync(file, `${file}.1`);
        truncateSync(file, 0);
      } catch (error) {
        this.#report(`${file} cannot be truncated (${messageOf(error)}). Free disk space.`);
      }
    }
  }

  /**
   * Returns the last lines of the log, or why it cannot be read.
   * @param {string} name
   */
  lastLinesOf(name) {
    try {
      return readFileSync(this.fileOf(name), 'utf8').trim().split('\n').slice(-LAST_LINES).join('\n');
    } catch (error) {
      return `(${messageOf(error)})`;
    }
  }
}
