import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

const MIB = 1024 * 1024;
const DEVICE = 'icmp-mon-faults';
const CHUNKS = [MIB, 64 * 1024, 4 * 1024];

/** Disks of limited size in memory for an installation's data: one for Kafka, one for the databases. */
export class SmallDisks {
  private readonly mounts: string[] = [];

  constructor() {
    unmountAbandoned();
  }

  /** Mounts the disks before anything is written. Needs root. */
  mount(dir: string, { databasesMib, kafkaMib }: { databasesMib: number; kafkaMib: number }): void {
    const data = path.join(dir, 'data');
    for (const [place, sizeMib] of [
      [data, databasesMib],
      [path.join(data, 'kafka'), kafkaMib],
    ] as const) {
      mkdirSync(place, { recursive: true });
      must('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, DEVICE, place]);
      this.mounts.push(place);
    }
  }

  /** Fills the disk of `kafka` or of the `databases` completely; returns the MiB written. */
  fillDisk(which: 'kafka' | 'databases'): number {
    const handle = openSync(this.ballast(which), 'w');
    let bytes = 0;
    try {
      for (const size of CHUNKS) {
        const chunk = Buffer.alloc(size, 0x5a);
        for (let written = size; written === size; bytes += written) written = writeUntilFull(handle, chunk);
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    return Math.round(bytes / MIB);
  }

  freeDisk(which: 'kafka' | 'databases'): void {
    rmSync(this.ballast(which), { force: true });
  }

  unmount(): void {
    for (const place of this.mounts.splice(0).reverse()) if (existsSync(place)) must('umount', ['-l', place]);
  }

  private ballast(which: 'kafka' | 'databases'): string {
    const [databases, kafka] = this.mounts;
    return path.join((which === 'kafka' ? kafka : databases) ?? '', 'ballast');
  }
}

/** Returns the number of bytes written. */
function writeUntilFull(handle: number, chunk: Buffer): number {
  try {
    return writeSync(handle, chunk);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return 0;
    throw error;
  }
}

/** Unmounts disks of killed runs; the folder's name ends with the run's pid. */
function unmountAbandoned(): void {
  const places = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${DEVICE} `))
    .map((line) => line.split(' ')[1]);
  for (const place of places.reverse()) {
    const pid = /-(\d+)\/data/.exec(place)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) must('umount', ['-l', place]);
  }
}

function must(command: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr.trim()}`);
}
