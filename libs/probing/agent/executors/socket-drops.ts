import type { AddressFamily } from './address-family';
import { ProcFile } from './proc-file';

const FILES: Record<AddressFamily, string> = { ipv4: 'raw', ipv6: 'raw6' };
/** Columns of a line: `sl local remote st queues timer retransmits uid timeout inode references pointer drops`. */
const INODE_AT = 9;
const DROPS_AT = 12;

/** The raw sockets in the network namespace of a process, by family. */
export class RawSockets {
  private readonly tables: Record<AddressFamily, SocketTable>;

  /** `process`: a pid, or `self`. */
  constructor(process: string) {
    this.tables = {
      ipv4: new SocketTable(`/proc/${process}/net/${FILES.ipv4}`),
      ipv6: new SocketTable(`/proc/${process}/net/${FILES.ipv6}`),
    };
  }

  /** Returns the dropped packets by socket inode, one map per family. */
  readDrops(families: readonly AddressFamily[]): ReadonlyMap<string, number>[] {
    return families.map((family) => this.tables[family].readDrops());
  }

  inodes(families: readonly AddressFamily[]): string[] {
    return this.readDrops(families).flatMap((drops) => [...drops.keys()]);
  }

  close(): void {
    for (const table of Object.values(this.tables)) table.close();
  }
}

/**
 * Counts the packets that the kernel dropped because a process did not read its raw sockets in time. Its own sockets are the ones
 * that appeared after its start: fping opens them first, and /proc/<pid>/fd of a program with capabilities is not readable.
 */
export class SocketDrops {
  private readonly others: ReadonlySet<string>;
  private own: ReadonlySet<string> | null = null;
  /** Sockets of the network namespace in which those of the process appeared. */
  private sockets: RawSockets | null = null;
  private pid: number | null = null;

  /** Construct it before the process starts: sockets that exist by then belong to others. `ours`: of this process's network namespace. */
  constructor(
    private readonly families: readonly AddressFamily[],
    ours: RawSockets,
  ) {
    this.others = new Set(ours.inodes(families));
  }

  /** Sets the pid of the started process. */
  setPid(pid: number): void {
    this.pid = pid;
  }

  /** Returns the packets dropped on its sockets since they were opened. */
  readonly dropped = (): number => {
    if (this.own === null) this.reopenTables();
    const { own, sockets } = this;
    if (own === null || sockets === null) return 0;
    let sum = 0;
    for (const drops of sockets.readDrops(this.families)) for (const inode of own) sum += drops.get(inode) ?? 0;
    return sum;
  };

  close(): void {
    this.sockets?.close();
    this.sockets = null;
  }

  /** Reopens the tables of its network namespace until its sockets appear: a wrapper may change the namespace before it runs fping. */
  private reopenTables(): void {
    if (this.pid === null) return;
    this.close();
    this.sockets = new RawSockets(String(this.pid));
    const own = this.sockets.inodes(this.families).filter((inode) => !this.others.has(inode));
    if (own.length > 0) this.own = new Set(own);
  }
}

/** The raw sockets of one family, parsed again only when the table has changed. */
class SocketTable {
  private readonly file: ProcFile;
  private last: Buffer = Buffer.alloc(0);
  private lastDrops: ReadonlyMap<string, number> = new Map();

  constructor(path: string) {
    this.file = new ProcFile(path);
  }

  /** Returns the dropped packets by socket inode. */
  readDrops(): ReadonlyMap<string, number> {
    const bytes = this.file.readContent() ?? Buffer.alloc(0);
    if (!bytes.equals(this.last)) {
      this.last = Buffer.from(bytes);
      this.lastDrops = dropsOf(bytes.toString('latin1'));
    }
    return this.lastDrops;
  }

  close(): void {
    this.file.close();
  }
}

function dropsOf(table: string): Map<string, number> {
  const lines = table.split('\n').slice(1);
  const values = lines.map((line) => line.trim().split(/\s+/)).filter(({ length }) => length > DROPS_AT);
  return new Map(values.map((columns) => [columns[INODE_AT], Number(columns[DROPS_AT])]));
}
