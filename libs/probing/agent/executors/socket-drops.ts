import { closeSync, openSync, readSync } from 'node:fs';
import type { AddressFamily } from './address-family';

const FILES: Record<AddressFamily, string> = { ipv4: 'raw', ipv6: 'raw6' };
/** Some 100 bytes a socket. */
const BYTES_MAX = 64 * 1024;
/** Of a line: `sl local remote st queues timer retransmits uid timeout inode references pointer drops`. */
const INODE_AT = 9;
const DROPS_AT = 12;

/**
 * Counts the packets that the kernel dropped because a process did not read its raw sockets in time. Its own are those that came with it: a
 * program opens them as it begins, and to whom they belong the kernel tells nobody when the program has capabilities.
 */
export class SocketDrops {
  private static readonly bytes = Buffer.alloc(BYTES_MAX);
  private readonly files: string[];
  private readonly others: ReadonlySet<string>;
  private own: ReadonlySet<string> | null = null;
  private process = 'self';

  /** Made before the process is started. */
  constructor(families: readonly AddressFamily[]) {
    this.files = families.map((family) => FILES[family]);
    this.others = new Set(this.sockets().map(([inode]) => inode));
  }

  of(pid: number): void {
    this.process = String(pid);
  }

  /** By all its sockets since they were opened. */
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

/** Empty where there is no such file, as after the end of the process. */
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
