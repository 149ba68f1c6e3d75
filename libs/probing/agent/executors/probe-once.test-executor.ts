import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ProbeSlice, SliceEnd } from './executor';
import { IcmpPing } from './icmp-ping';

export interface Probed {
  end: SliceEnd;
  /** By target; undefined: no data. */
  outcomes: (number | undefined)[];
  rttUs: number[];
  sentAtMs: number[];
  ping: IcmpPing;
}

/** A folder with programs that stand for fping, and slices that are probed by them. */
export class ProbeOnce {
  readonly dir = mkdtempSync(path.join(os.tmpdir(), 'icmp-ping-'));

  constructor() {
    chmodSync(this.dir, 0o755);
  }

  async probe(ips: string[], fpingPath?: string, slice: Partial<ProbeSlice> = {}): Promise<Probed> {
    const ping = new IcmpPing({ fpingPath, captureDir: this.dir });
    const probed = await this.probeWith(ping, ips, slice);
    ping.close();
    return probed;
  }

  /** @throws Error when a target has two results */
  async probeWith(ping: IcmpPing, ips: string[], slice: Partial<ProbeSlice> = {}): Promise<Probed> {
    const outcomes: (number | undefined)[] = ips.map(() => undefined);
    const [rttUs, sentAtMs]: [number[], number[]] = [[], []];
    const end = await ping.run(
      { ips, timeoutMs: 500, spacingMs: 1, ...slice },
      (index, atMs, outcome, rtt) => {
        if (outcomes[index] !== undefined) throw new Error(`target ${index} has two results`);
        [outcomes[index], rttUs[index], sentAtMs[index]] = [outcome, rtt, atMs];
      },
      new AbortController().signal,
    );
    return { end, outcomes, rttUs, sentAtMs, ping };
  }

  /** An executable that stands for fping of a version, and otherwise runs `body`. */
  script(body: string, version = '5.1'): string {
    const file = path.join(this.dir, `fping-${randomBytes(6).toString('hex')}`);
    this.rewrite(file, body, version);
    return file;
  }

  rewrite(file: string, body: string, version: string): void {
    const says = `if [ "$1" = -v ]; then echo "fping: Version ${version}"; exit; fi`;
    writeFileSync(file, `#!/bin/sh\n${says}\n${body}\n`);
    chmodSync(file, 0o755);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true });
  }
}

/** A network namespace of its own. */
export class Netns {
  readonly name = `icmpmon-${randomBytes(3).toString('hex')}`;

  constructor() {
    execFileSync('ip', ['netns', 'add', this.name]);
    this.run('ip link set lo up');
  }

  run(command: string): void {
    execFileSync('ip', ['netns', 'exec', this.name, 'sh', '-ec', command]);
  }

  /** What a script executes to run the rest of its line in here, under the same pid. */
  get exec(): string {
    return `exec /sbin/ip netns exec ${this.name}`;
  }

  remove(): void {
    execFileSync('ip', ['netns', 'del', this.name]);
  }
}
