import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loopbackAddresses } from './agent-run';

export interface FpingRun {
  pings: number;
  replies: number;
  /** Time from start to exit. */
  elapsedS: number;
  /** User and system time of fping itself. */
  cpuS: number;
}

/** Limit per process: fping has 65,535 sequence numbers per 10 s; higher rates are divided among processes. */
const PINGS_PER_S_MAX = 6_000;
const TIMEOUT_MS = 500;
const TOTALS = /xmt\/rcv\/%loss = (\d+)\/(\d+)\//g;
const CPU = /^cpu ([\d.]+) ([\d.]+)$/m;

/**
 * Runs bare fping: each target once per interval, evenly spaced, `rounds` times, with only the summary. It prints nothing while it runs,
 * which is its lowest possible cost. (`-l` prints each reply and ends only by a signal.)
 * @throws Error when fping fails
 */
export async function runFping(dir: string, targets: number, intervalMs: number, rounds: number): Promise<FpingRun> {
  const processes = Math.ceil((targets * 1_000) / intervalMs / PINGS_PER_S_MAX);
  const addresses = loopbackAddresses(targets);
  const parts = Array.from({ length: processes }, (_, part) => addresses.filter((_ip, at) => at % processes === part));
  const startedMs = performance.now();
  const runs = await Promise.all(parts.map((ips, part) => runOne(dir, part, ips, intervalMs, rounds)));
  const sum = (of: (run: Omit<FpingRun, 'elapsedS'>) => number): number => runs.reduce((all, run) => all + of(run), 0);
  return {
    pings: sum(({ pings }) => pings),
    replies: sum(({ replies }) => replies),
    elapsedS: (performance.now() - startedMs) / 1_000,
    cpuS: sum(({ cpuS }) => cpuS),
  };
}

async function runOne(
  dir: string,
  part: number,
  ips: readonly string[],
  intervalMs: number,
  rounds: number,
): Promise<Omit<FpingRun, 'elapsedS'>> {
  const file = path.join(dir, `targets-${part}`);
  writeFileSync(file, `${ips.join('\n')}\n`);
  const input = openSync(file, 'r');
  const spacingMs = (intervalMs / ips.length).toFixed(3);
  const options = ['-q', '-c', String(rounds), '-p', String(intervalMs), '-i', spacingMs, '-t', String(TIMEOUT_MS)];
  // The shell's `time` reports user and system time of its child in ms resolution.
  const timed = 'TIMEFORMAT="cpu %3U %3S"; time /usr/bin/fping "$@"';
  const child = spawn('/bin/bash', ['-c', timed, 'fping', ...options], { stdio: [input, 'ignore', 'pipe'], env: {} });
  closeSync(input);
  let said = '';
  child.stderr?.setEncoding('latin1').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const cpu = CPU.exec(said);
  if (cpu === null || code === null || code > 1) throw new Error(`fping exited with ${code}: ${said.slice(0, 500)}`);
  let pings = 0;
  let replies = 0;
  for (const [, sent, received] of said.matchAll(TOTALS)) {
    pings += Number(sent);
    replies += Number(received);
  }
  return { pings, replies, cpuS: Number(cpu[1]) + Number(cpu[2]) };
}
