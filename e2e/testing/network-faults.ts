import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';

const TABLE = 'icmpmon_e2e';

/** A loopback address that no other test and no installation on this machine is likely to probe. */
export function freshAddress(): string {
  return `127.${randomInt(100, 250)}.${randomInt(1, 250)}.9`;
}

/** Takes one loopback address away and brings it back, in an nftables table of this process's own. */
export class NetworkFaults {
  private readonly table = `${TABLE}_${process.pid}`;

  constructor(private readonly address: string) {
    removeAbandonedTables();
  }

  /** Why faults cannot be made here; undefined where they can. */
  get missing(): string | undefined {
    if (process.getuid?.() !== 0) return 'taking an address away needs root';
    const done = spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' });
    if (done.error) return 'nft is missing: install nftables';
    return done.status === 0 ? undefined : `nft cannot be used: ${done.stderr.trim()}`;
  }

  /** Drops what arrives for the address, as a dead host would: probes time out. */
  drop(): void {
    must('nft', ['add', 'table', 'inet', this.table]);
    must('nft', ['add', 'chain', 'inet', this.table, 'input', '{ type filter hook input priority 0 ; }']);
    const rule = ['ip', 'daddr', this.address, 'icmp', 'type', 'echo-request', 'drop'];
    must('nft', ['add', 'rule', 'inet', this.table, 'input', ...rule]);
  }

  undrop(): void {
    must('nft', ['delete', 'table', 'inet', this.table]);
  }

  /** Makes the kernel refuse to send to the address. */
  refuse(): void {
    must('ip', ['route', 'add', 'blackhole', `${this.address}/32`, 'table', 'local']);
  }

  allow(): void {
    must('ip', ['route', 'del', 'blackhole', `${this.address}/32`, 'table', 'local']);
  }

  /** Undoes what is left; does no harm where nothing is. */
  undoAll(): void {
    spawnSync('nft', ['delete', 'table', 'inet', this.table]);
    spawnSync('ip', ['route', 'del', 'blackhole', `${this.address}/32`, 'table', 'local']);
  }
}

/** Tables of runs that were killed before they could remove them. */
function removeAbandonedTables(): void {
  const tables = spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' }).stdout ?? '';
  for (const [, name, pid] of tables.matchAll(new RegExp(`inet (${TABLE}_(\\d+))`, 'g'))) {
    if (!existsSync(`/proc/${pid}`)) spawnSync('nft', ['delete', 'table', 'inet', name ?? '']);
  }
}

function must(command: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr.trim()}`);
}
