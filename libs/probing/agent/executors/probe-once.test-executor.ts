import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ProbeSlice, SliceEnd } from './executor';
import { IcmpPing } from './icmp-ping';

export interface Probed {
  end: SliceEnd;
  /** Outcome by target; undefined: no data. */
  outcomes: (number | undefined)[];
  rttUs: number[];
  sentAtMs: number[];
  ping: IcmpPing;
}

/** A folder with scripts in place of fping, and slices that are probed with them. */
export class ProbeOnce {
  readonly dir = mkdtempSync(path.join(os.tmpdir(), 'icmp-ping-'));

  constructor() {
    chmodSync(this.dir, 0o755);
  }

  async probeOnce(ips: string[], fpingPath?: string, slice: Partial<ProbeSlice> = {}): Promise<Probed> {
    const ping = new IcmpPing({ fpingPath, captureDir: this.dir });
    const probed = await this.probeWith(ping, ips, slice);
    ping.close();
    return probed;
  }

  /** @throws Error when a target has two results */
  async probeWith(ping: IcmpPing, ips: string[], slice: Partial<ProbeSlice> = {}): Promise<Probed> {
    const outcomes: (number | undefined)[] = ips.map(() => undefined);
    const [rttUs, sentAtMs]: [number[], number[]] = [[], []];
    const end = await ping.runSlice(
      { ips, checks: [], timeoutMs: 500, spacingMs: 1, ...slice },
      (index, atMs, outcome, rtt) => {
        if (outcomes[index] !== undefined) throw new Error(`target ${index} has two results`);
        [outcomes[index], rttUs[index], sentAtMs[index]] = [outcome, rtt, atMs];
      },
      new AbortController().signal,
    );
    return { end, outcomes, rttUs, sentAtMs, ping };
  }

  /** Creates an executable that reports a version like fping, and otherwise runs `body`. */
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

/** A network namespace for one test. */
export class Netns {
  readonly name = `icmpmon-${randomBytes(3).toString('hex')}`;

  constructor() {
    execFileSync('ip', ['netns', 'add', this.name]);
    this.runCommand('ip link set lo up');
  }

  runCommand(command: string): void {
    this.readCommand(command);
  }

  /** Returns what a command prints. */
  readCommand(command: string): string {
    return execFileSync('ip', ['netns', 'exec', this.name, 'sh', '-ec', command], { encoding: 'utf8' });
  }

  /** Prefix with which a script runs the rest of its line in this namespace, under the same pid. */
  get exec(): string {
    return `exec /sbin/ip netns exec ${this.name}`;
  }

  remove(): void {
    execFileSync('ip', ['netns', 'del', this.name]);
  }
}
