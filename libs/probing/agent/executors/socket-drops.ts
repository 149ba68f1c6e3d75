import type { AddressFamily } from './address-family';
import { ProcFile } from './proc-file';

const FILES: Record<AddressFamily, string> = { ipv4: 'raw', ipv6: 'raw6' };
/** Of a line: `sl local remote st queues timer retransmits uid timeout inode references pointer drops`. */
const INODE_AT = 9;
const DROPS_AT = 12;

/**
 * Counts the packets that the kernel dropped because a process did not read its raw sockets in time. The sockets of the process are those
 * that appeared after it was started: fping opens them at its start, and /proc/<pid>/fd of a program with capabilities cannot be read.
 */
export class SocketDrops {
  private readonly others: ReadonlySet<string>;
  private tables: SocketTable[] = [];
  private own: ReadonlySet<string> | null = null;
  private process = 'self';

  /** Must be constructed before the process is started: sockets that exist by then are not its own. */
  constructor(private readonly families: readonly AddressFamily[]) {
    this.open(this.process);
    this.others = new Set(this.tables.flatMap((table) => [...table.drops().keys()]));
    this.close();
  }

  /** The process has been started. */
  of(pid: number): void {
    this.process = String(pid);
  }

  /** Packets dropped on its sockets since they were opened. */
  readonly dropped = (): number => {
    // A wrapper may enter another network before it executes fping: the tables are those of the network in which its sockets appear.
    if (this.own === null) this.open(this.process);
    const tables = this.tables.map((table) => table.drops());
    this.own ??= this.socketsOf(tables);
    let sum = 0;
    for (const inode of this.own ?? []) for (const drops of tables) sum += drops.get(inode) ?? 0;
    return sum;
  };

  /** Null until there are some. */
  private socketsOf(tables: readonly ReadonlyMap<string, number>[]): ReadonlySet<string> | null {
    const came = tables.flatMap((drops) => [...drops.keys()]).filter((inode) => !this.others.has(inode));
    return came.length === 0 ? null : new Set(came);
  }

  close(): void {
    for (const table of this.tables) table.close();
    this.tables = [];
  }

  private open(process: string): void {
    this.close();
    this.tables = this.families.map((family) => new SocketTable(`/proc/${process}/net/${FILES[family]}`));
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

  /** Dropped packets by the inode of the socket. */
  drops(): ReadonlyMap<string, number> {
    const bytes = this.file.read() ?? Buffer.alloc(0);
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
