import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONTROL_MIGRATIONS, TELEMETRY_MIGRATIONS } from './index';

const timestampOf = (name: string): string => /\d{13}/.exec(name)?.[0] ?? '';

describe.each([
  ['control', CONTROL_MIGRATIONS],
  ['telemetry', TELEMETRY_MIGRATIONS],
])('%s migrations', (folder, migrations) => {
  const files = readdirSync(path.join(import.meta.dirname, folder)).filter((file) => file.endsWith('.ts'));

  it('are all listed, each once', () => {
    const listed = migrations.map((migration) => timestampOf(migration.name)).sort();
    expect(listed).toEqual(files.map(timestampOf).sort());
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('are named <timestamp>-<what>, each with a timestamp of its own', () => {
    for (const file of files) expect(file).toMatch(/^\d{13}(-[a-z0-9]+)+\.ts$/);
  });
});
