import { closeSync, openSync, readSync } from 'node:fs';
import type { AddressFamily } from './address-family';

const FILES: Record<AddressFamily, string> = { ipv4: 'raw', ipv6: 'raw6' };
/** About 100 bytes per socket. */
const BYTES_MAX = 64 * 1024;
/** Of a line: `sl local remote st queues timer retransmits uid timeout inode references pointer drops`. */
const INODE_AT = 9;
const DROPS_AT = 12;

/**
 * Counts the packets that the kernel dropped because a process did not read its raw sockets in time. The sockets of the process are those
 * that appeared after it was started: fping opens them at its start, and /proc/<pid>/fd of a program with capabilities cannot be read.
 */
export class SocketDrops {
  private static readonly bytes = Buffer.alloc(BYTES_MAX);
  private readonly files: string[];
  private readonly others: ReadonlySet<string>;
  private own: ReadonlySet<string> | null = null;
  private process = 'self';

  /** Must be constructed before the process is started: sockets that exist by then are not its own. */
  constructor(families: readonly AddressFamily[]) {
    this.files = families.map((family) => FILES[family]);
    this.others = new Set(this.sockets().map(([inode]) => inode));
  }

  of(pid: number): void {
    this.process = String(pid);
  }

  /** Packets dropped on its sockets since they were opened. */
  readonly dropped = (): number => {
    const sockets = this.sockets();
    if (this.own === null) {
      const came = sockets.map(([inode]) => inode).filter((inode) => !this.others.has(inode));
      if (came.length === 0) return 0;
      this.own = new Set(came);
    }
    const { own } = this;
    return sockets.reduce((sum, [inode, drops]) => (own.has(inode) ? sum + drops : sum), 0);
  };

  private sockets(): [inode: string, drops: number][] {
    return this.files.flatMap((file) => socketsOf(readOrEmpty(`/proc/${this.process}/net/${file}`, SocketDrops.bytes)));
  }
}

function socketsOf(table: string): [inode: string, drops: number][] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .flatMap((values) => {
      const [inode, drops] = [values[INODE_AT], Number(values[DROPS_AT])];
      return inode === undefined || !Number.isFinite(drops) ? [] : [[inode, drops] as [string, number]];
    });
}

/** Empty if the file does not exist, for example after the process ended. */
function readOrEmpty(file: string, bytes: Buffer): string {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0));
  } catch (error) {
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
