import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineClock } from './machine-clock';

/** Allowed difference of two readings: a process is started between them. */
const COARSE_MS = 2_000;
const CLOCK_FILE = path.join(import.meta.dirname, 'machine-clock.ts');
const PRINT = `import(${JSON.stringify(CLOCK_FILE)}).then(({ machineClock }) => console.log(Date.now() - machineClock().uptimeMs()))`;

describe('the machine clock', () => {
  it('runs since the start of the machine', () => {
    const { kernelBoot, uptimeMs } = machineClock();
    expect(kernelBoot).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.abs(uptimeMs() - os.uptime() * 1_000)).toBeLessThan(COARSE_MS);
  });

  describe.runIf(process.getuid?.() === 0)('in a container with its own uptime', () => {
    let dir: string;

    beforeAll(() => {
      dir = mkdtempSync(path.join(os.tmpdir(), 'machine-clock-'));
    });
    afterAll(() => rmSync(dir, { recursive: true }));

    /** Returns the boot time of the machine by the wall clock, as a process that reads this uptime computes it. */
    function machineStartMs(uptimeS: number): number {
      const file = path.join(dir, 'uptime');
      writeFileSync(file, `${uptimeS.toFixed(2)} 0.00\n`);
      const inside = `mount --bind ${file} /proc/uptime; exec ${process.execPath} -e '${PRINT}'`;
      return Number(execFileSync('unshare', ['--mount', 'sh', '-ec', inside], { encoding: 'utf8' }));
    }

    it('is the same before and after a restart of the container', () => {
      const hostS = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
      const startMs = Date.now() - hostS * 1_000;
      for (const uptimeS of [hostS - 10, hostS / 2, 1]) {
        expect(Math.abs(machineStartMs(uptimeS) - startMs)).toBeLessThan(COARSE_MS);
      }
    });
  });
});
