import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { HISTOGRAM_BINS, HISTOGRAM_EXACT_BELOW_US, HISTOGRAM_LOWER_US } from '@icmp-mon/probing/wire';
import type { MigrationClass } from '@icmp-mon/platform/database';
import { describe, expect, it } from 'vitest';
import frozen from './frozen.json';
import { CONTROL_MIGRATIONS, TELEMETRY_MIGRATIONS } from './index';
import { RTT_BIN_MIDDLES_US } from './rtt-histogram-functions';

const timestampOf = (name: string): string => /\d{13}/.exec(name)?.[0] ?? '';

/** Returns the hash of the SQL that a migration runs on a database whose queries return nothing. */
async function sqlHash(Migration: MigrationClass): Promise<string> {
  const hash = createHash('sha256');
  const runner = {
    query: (text: string, parameters: unknown[] = []) => {
      hash.update(`${text}\n${JSON.stringify(parameters)}\n`);
      return Promise.resolve([]);
    },
  };
  await new Migration().up(runner as unknown as Parameters<InstanceType<MigrationClass>['up']>[0]);
  return hash.digest('hex').slice(0, 16);
}

describe.each([
  ['control', CONTROL_MIGRATIONS],
  ['telemetry', TELEMETRY_MIGRATIONS],
])('%s migrations', (folder, migrations) => {
  const files = readdirSync(path.join(import.meta.dirname, folder)).filter((file) => file.endsWith('.ts'));

  it('are all listed exactly once', () => {
    const listed = migrations.map((migration) => timestampOf(migration.name)).sort();
    expect(listed).toEqual(files.map(timestampOf).sort());
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('are named <timestamp>-<what>, with unique timestamps', () => {
    for (const file of files) expect(file).toMatch(/^\d{13}(-[a-z0-9]+)+\.ts$/);
  });
});

it('a released migration never changes: migrations/frozen.json contains the hash of its SQL', async () => {
  const hashes: Record<string, string> = {};
  for (const migration of [...CONTROL_MIGRATIONS, ...TELEMETRY_MIGRATIONS]) {
    hashes[migration.name] = await sqlHash(migration);
  }
  // Add a new migration there with the hash that the failing test prints. If another hash differs, restore that migration.
  expect(hashes).toEqual(frozen);
});

it('the bins of stored histograms match the contract', () => {
  const middles = Array.from(HISTOGRAM_LOWER_US, (lowUs, bin) => {
    if (bin < HISTOGRAM_EXACT_BELOW_US || bin === HISTOGRAM_BINS - 1) return lowUs;
    const highUs = HISTOGRAM_LOWER_US[bin + 1] - 1;
    return Math.round((2 * lowUs * highUs) / (lowUs + highUs));
  });
  expect(RTT_BIN_MIDDLES_US).toBe(middles.join(','));
});
