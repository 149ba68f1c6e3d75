import { readFileSync } from 'node:fs';

/** Most sockets of all executors at the same time, regardless of how many files the process may open. */
const SOCKETS_MAX = 8_000;
/** Files that the rest of the agent needs. */
const OTHER_FILES = 512;
const SOCKETS_MIN = 64;

/** Bounds the sockets that executors have open together, so that probing never uses up the files of the process. */
export class SocketRoom {
  private open = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(readonly socketsMax: number = socketsMaxOf(openFilesMax())) {}

  get inUse(): number {
    return this.open;
  }

  /** Takes a place; resolves when there is one. Null: the place was free. */
  takePlace(): Promise<void> | null {
    if (this.open < this.socketsMax) {
      this.open++;
      return null;
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Returns a place. The probe that has waited longest gets it. */
  leavePlace(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.open--;
    else next();
  }
}

/** Returns the number of sockets for a process that may open this many files. */
export function socketsMaxOf(filesMax: number): number {
  return Math.max(SOCKETS_MIN, Math.min(SOCKETS_MAX, filesMax - OTHER_FILES));
}

/** Returns how many files this process may open; infinite if the system does not state it. */
function openFilesMax(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}
