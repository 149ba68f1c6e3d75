import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { plainEnvironment } from '@icmp-mon/e2e/testing';
import { rootDir } from '@icmp-mon/infra/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import type { Installation } from '../installation';
import { underLoad } from '../under-load';

const ROUNDS = { short: 1, full: 5 };

interface Outcome {
  model: string;
  differences: unknown[];
  tables: { name: string; live: { rows: number } }[];
}

/** Rebuilds every read model while targets are registered and removed and results flow. */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
  const rounds = context.short ? ROUNDS.short : ROUNDS.full;
  const writes = { count: 0, goesOn: true };
  await underLoad(context, findings, async (installation) => {
    const writing = write(installation, writes);
    try {
      for (let round = 1; round <= rounds; round++) {
        for (const { model, differences, tables } of await rebuildAll(installation)) {
          const rows = tables.map(({ name, live }) => `${name} ${live.rows} rows`).join(', ');
          context.printLine(`round ${round}: ${model}: ${rows}; differences: ${differences.length}`);
          findings.counts[`${model} rebuilt`] = Number(findings.counts[`${model} rebuilt`] ?? 0) + 1;
          if (differences.length > 0)
            findings.recordFailure(`${model} differs: ${JSON.stringify(differences).slice(0, 300)}`);
        }
      }
    } finally {
      writes.goesOn = false;
      await writing;
    }
  });
  findings.recordCount('concurrent writes', writes.count);
  return findings;
}

async function write({ product, network }: Installation, writes: { count: number; goesOn: boolean }): Promise<void> {
  for (let at = 0; writes.goesOn; at++) {
    const body = {
      ip: `${network}.${220 + ((at >> 8) & 15)}.${at & 255}`,
      vrf: `rebuild-${at >> 12}`,
      tier: 'standard',
    };
    const response = await product.request('POST', 'targets', body);
    const { id } = (await response.json()) as { id?: string };
    if (id && at % 2 === 0) await product.request('DELETE', `targets/${id}`);
    writes.count += at % 2 === 0 ? 2 : 1;
  }
}

async function rebuildAll({ product }: Installation): Promise<Outcome[]> {
  const script = path.join(rootDir, 'infra/icmpmon.mjs');
  const child = spawn(process.execPath, [script, 'rebuild', 'all', '--json'], {
    cwd: rootDir,
    env: { ...plainEnvironment(), ICMPMON_STATE_DIR: product.dir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let complaints = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  await once(child, 'close');
  const lines = printed.split('\n').filter((line) => line.startsWith('{'));
  if (lines.length === 0) throw new Error(`the rebuild printed nothing: ${complaints.slice(-500)}`);
  return lines.map((line) => JSON.parse(line) as Outcome);
}
