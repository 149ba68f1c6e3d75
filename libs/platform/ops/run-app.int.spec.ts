import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const APP = `
import { createLogger, runApp } from ${JSON.stringify(path.join(import.meta.dirname, 'index.ts'))};
const mode = process.argv[2];
const hold = setInterval(() => undefined, 1000);
runApp({
  name: 'sample',
  async start() {
    createLogger('sample').info({ password: 'p4ss', user: { token: 't0ken' } }, 'credentials');
    if (mode === 'bad-config') throw Object.assign(new Error('X is missing'), { name: 'ConfigError' });
    if (mode === 'bad-start') throw new Error('no start');
    if (mode === 'rejects') setTimeout(() => void Promise.reject(new Error('lost promise')), 20);
  },
  async stop() {
    if (mode === 'bad-stop') throw new Error('no stop');
    clearInterval(hold);
  },
});`;

interface Ended {
  code: number | null;
  out: string;
}

describe('runApp', () => {
  let dir: string;

  beforeAll(async () => {
    // Below the repository, so that the built file finds node_modules.
    dir = mkdtempSync(path.join(import.meta.dirname, '.run-app-'));
    writeFileSync(path.join(dir, 'app.ts'), APP);
    await build({
      entryPoints: [path.join(dir, 'app.ts')],
      outfile: path.join(dir, 'app.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** Starts the sample, sends it the signal after it has started, and waits until it exits. */
  function run(mode: string, signal?: NodeJS.Signals): Promise<Ended> {
    const env = { ...process.env, ICMPMON_LOG_LEVEL: 'info' };
    const child: ChildProcess = spawn(process.execPath, [path.join(dir, 'app.mjs'), mode], { env });
    let out = '';
    const collect = (chunk: Buffer): void => {
      out += chunk.toString();
      if (signal !== undefined && out.includes('"msg":"started"')) child.kill(signal);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })));
  }

  it.each(['SIGTERM', 'SIGINT'] as const)('stops gracefully on %s', async (signal) => {
    const { code, out } = await run('', signal);
    expect(code).toBe(0);
    expect(out).toContain('"msg":"stopped"');
  });

  it('redacts secrets in the log', async () => {
    const { out } = await run('', 'SIGTERM');
    expect(out).toContain('"password":"(redacted)"');
    expect(out).not.toMatch(/p4ss|t0ken/);
  });

  it.each([
    ['bad-start', 'could not start'],
    ['rejects', 'unhandled rejection'],
  ])('exits with code 1 and logs the reason: %s', async (mode, message) => {
    const { code, out } = await run(mode);
    expect(code).toBe(1);
    expect(out).toContain(message);
  });

  it('exits with code 1 when it cannot stop cleanly', async () => {
    const { code, out } = await run('bad-stop', 'SIGTERM');
    expect(code).toBe(1);
    expect(out).toContain('could not stop cleanly');
  });

  it('prints the faults of the configuration as plain text', async () => {
    const { code, out } = await run('bad-config');
    expect(code).toBe(1);
    expect(out).toContain('X is missing\n');
  });
});
