import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';

const TABLE = 'icmpmon_e2e';

/** Returns a loopback address that probably no other test and no installation on this machine probes. */
export function freshAddress(): string {
  return `127.${randomInt(100, 250)}.${randomInt(1, 250)}.9`;
}

/** Makes one loopback address unreachable and reachable again, in this process's own nftables table. */
export class NetworkFaults {
  private readonly table = `${TABLE}_${process.pid}`;

  constructor(private readonly address: string) {
    removeAbandonedTables();
  }

  /** Returns why faults cannot be caused here; undefined when they can. */
  get missing(): string | undefined {
    if (process.getuid?.() !== 0) return 'making an address unreachable needs root';
    const done = spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' });
    if (done.error) return 'nft is missing: install nftables';
    return done.status === 0 ? undefined : `nft does not work here: ${done.stderr.trim()}`;
  }

  /** Drops packets to the address, as if the host were dead: probes time out. */
  dropPackets(): void {
    must('nft', ['add', 'table', 'inet', this.table]);
    must('nft', ['add', 'chain', 'inet', this.table, 'input', '{ type filter hook input priority 0 ; }']);
    const rule = ['ip', 'daddr', this.address, 'icmp', 'type', 'echo-request', 'drop'];
    must('nft', ['add', 'rule', 'inet', this.table, 'input', ...rule]);
  }

  undrop(): void {
    must('nft', ['delete', 'table', 'inet', this.table]);
  }

  /** Makes the kernel refuse to send to the address. */
  refuseSends(): void {
    must('ip', ['route', 'add', 'blackhole', `${this.address}/32`, 'table', 'local']);
  }

  allow(): void {
    must('ip', ['route', 'del', 'blackhole', `${this.address}/32`, 'table', 'local']);
  }

  /** Removes all faults; does nothing where there are none. */
  undoAll(): void {
    spawnSync('nft', ['delete', 'table', 'inet', this.table]);
    spawnSync('ip', ['route', 'del', 'blackhole', `${this.address}/32`, 'table', 'local']);
  }
}

/** Removes tables of killed runs. */
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
