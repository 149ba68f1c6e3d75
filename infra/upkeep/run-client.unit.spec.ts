import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Prints what the client of an installation gets. */
const FAKE_CLIENT = `
const { ICMPMON_URL, ICMPMON_API_KEY, ICMPMON_CALLED_AS } = process.env;
console.log(JSON.stringify([process.argv.slice(2), ICMPMON_URL, ICMPMON_API_KEY, ICMPMON_CALLED_AS]));
process.exitCode = 3;`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'icmp-mon-run-client-'));
  mkdirSync(join(folder, 'dist/apps/client'), { recursive: true });
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'dist/apps/client/icmpmon.mjs'), FAKE_CLIENT);
});
afterAll(() => rmSync(folder, { recursive: true }));

function runClient(access: object): { status: number | null; stdout: string; stderr: string } {
  writeFileSync(join(folder, 'state/access.json'), JSON.stringify(access), { mode: 0o600 });
  const code = `
    const { runClient } = await import(${JSON.stringify(join(import.meta.dirname, 'run-client.mjs'))});
    process.exit(await runClient(['targets', 'list', '--filter', 'name ~ "a b"']));`;
  const env = { ...process.env, ICMPMON_STATE_DIR: join(folder, 'state'), ICMPMON_DIST_DIR: join(folder, 'dist') };
  writeFileSync(join(folder, 'caller.mjs'), code);
  return spawnSync(process.execPath, [join(folder, 'caller.mjs')], {
    env: { ...env, ICMPMON_URL: 'https://other.example' },
    encoding: 'utf8',
  });
}

describe('the client on the machine of an installation', () => {
  it('gets the address and key of the installation, and its exit code is returned', () => {
    const { status, stdout } = runClient({ apiUrl: 'http://127.0.0.1:8080', apiKey: 'imk_own' });
    expect(JSON.parse(stdout)).toEqual([
      ['targets', 'list', '--filter', 'name ~ "a b"'],
      'http://127.0.0.1:8080',
      'imk_own',
      'npm run icmpmon --',
    ]);
    expect(status).toBe(3);
  });

  it('is refused without them', () => {
    const { status, stderr } = runClient({});
    expect([status, stderr]).toEqual([1, expect.stringContaining('Start the product again: npm start -- --detach')]);
  });
});
