import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { rootDir } from '../paths.mjs';
import { installSchemathesis } from './python-tool.mjs';

const dir = mkdtempSync(join(tmpdir(), 'icmp-mon-python-'));

/** Puts a program named python3 first, which prints a version. */
function pythonPrints(version: string): void {
  writeFileSync(join(dir, 'python3'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${dir}:/usr/bin:/bin`);
}

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(join(dir, 'python3'), { force: true });
});

describe('the installation of schemathesis', () => {
  it('states what is missing where Python is missing, or too old', async () => {
    vi.stubEnv('PATH', dir);
    await expect(installSchemathesis(() => undefined)).rejects.toThrow(/Python 3\.11 or later.*has none.*apt-get/);
    for (const version of ['3.10', '2.7']) {
      pythonPrints(version);
      await expect(installSchemathesis(() => undefined)).rejects.toThrow(`has ${version}`);
    }
  });

  it('takes only locked versions with checksums', () => {
    const lock = readFileSync(join(rootDir, 'infra/fuzz/requirements.txt'), 'utf8');
    const packages = lock.split(/\n(?=\w)/).filter((text) => !text.startsWith('#'));
    expect(packages.length).toBeGreaterThan(20);
    for (const text of packages) expect(text).toMatch(/^[\w-]+==[\w.]+( ; .*)? \\\n +--hash=sha256:[0-9a-f]{64}/);
  });
});
