import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compress } from '@icmp-mon/platform/zstd';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProbingAgent } from '../agent';
import { FakeGateway } from '../fake-gateway.test-server';
import { type DoctorOptions, examineAgent } from './doctor';
import type { Finding } from './finding';

const WITHIN = { timeout: 30_000, interval: 50 };
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the doctor', () => {
  let dir: string;
  let gateway: FakeGateway;
  let options: DoctorOptions;

  beforeEach(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'doctor-'));
    gateway = await FakeGateway.open();
    writeFileSync(path.join(dir, 'policy.yaml'), 'allow: ["127.0.0.0/8"]\n');
    options = {
      ...{ enrolUrl: gateway.enrolUrl, caSha256: gateway.caSha256, fpingPath: undefined, opsPort: 1 },
      ...{ stateDir: path.join(dir, 'state'), policyFile: path.join(dir, 'policy.yaml'), spoolBytesMax: 1024 * 1024 },
    };
  });
  afterEach(async () => {
    await gateway.close();
    rmSync(dir, { recursive: true });
  });

  /** Lets an agent enrol, and stops it. */
  async function enrolled(): Promise<void> {
    const agent = new ProbingAgent({
      ...{ ...options, enrolToken: 'right', name: 'pop-1', region: 'r', provider: 'p', tags: {}, agentVersion: 'test' },
      ...{ compress, log: SILENT },
    });
    agent.start((error) => {
      throw error;
    });
    await expect.poll(() => agent.session, WITHIN).toBeDefined();
    await agent.stop();
  }

  async function examine(changed: Partial<DoctorOptions> = {}): Promise<Record<string, Finding>> {
    const findings = await examineAgent({ ...options, ...changed });
    for (const { state, fix } of findings) expect(fix !== undefined).toBe(state === 'fault' || state === 'warning');
    return Object.fromEntries(findings.map((finding) => [finding.check, finding]));
  }

  it('finds no fault with an enrolled agent', async () => {
    await enrolled();
    const found = await examine();
    expect(Object.values(found).filter(({ state }) => state === 'fault')).toEqual([]);
    for (const check of ['fping', 'ping over IPv4', 'policy file', 'state folder', 'spool', 'TLS and CA', 'clock']) {
      expect(found[check], check).toMatchObject({ state: 'ok' });
    }
    expect(found['certificate']?.detail).toMatch(/is valid until 20/);
    expect(found['admission']).toMatchObject({ state: 'ok' });
    expect(found['running agent']).toMatchObject({ state: 'warning', detail: expect.stringContaining('port 1') });
  });

  it('names each fault of a machine where nothing is right, and what fixes it', async () => {
    writeFileSync(path.join(dir, 'policy.yaml'), 'alow: []\nstopped: 1\n');
    const found = await examine({ fpingPath: path.join(dir, 'none'), caSha256: 'a'.repeat(64) });
    expect(found['fping']).toMatchObject({ state: 'fault', fix: 'Correct ICMPMON_AGENT_FPING_PATH.' });
    expect(found['ping over IPv4']).toMatchObject({ state: 'skipped' });
    expect(found['policy file']).toMatchObject({
      state: 'fault',
      detail: expect.stringMatching(/"alow".*stopped must/),
    });
    expect(found['state folder']).toMatchObject({ state: 'fault', fix: `mkdir -m 700 -p ${dir}/state` });
    expect(found['TLS and CA']).toMatchObject({
      state: 'fault',
      detail: expect.stringContaining('another installation'),
    });
    expect(found['certificate']).toMatchObject({ state: 'fault', detail: expect.stringContaining('not enrolled') });
  });

  it('reports a gateway that is not there, by name and by port', async () => {
    const closed = await examine({ enrolUrl: 'https://127.0.0.1:1' });
    expect(closed['enrolment listener']).toMatchObject({
      state: 'fault',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
    expect(closed['TLS and CA']).toMatchObject({ state: 'skipped' });
    const unknown = await examine({ enrolUrl: 'https://no-such-host.invalid:8444' });
    expect(unknown['enrolment listener']).toMatchObject({ state: 'fault', fix: 'getent hosts no-such-host.invalid' });
  });

  it('reports a clock that is off, a refused agent, an open state folder and an off switch', async () => {
    await enrolled();
    gateway.aheadMs = 90_000;
    gateway.refusal = 'agent_banned';
    gateway.forgetAgents();
    chmodSync(options.stateDir, 0o755);
    writeFileSync(path.join(dir, 'policy.yaml'), 'stopped: true\n');
    const found = await examine();
    expect(found['clock']).toMatchObject({ state: 'warning', detail: expect.stringMatching(/9\d\.\d s behind/) });
    expect(found['admission']).toMatchObject({ state: 'fault', detail: expect.stringContaining('403') });
    expect(found['state folder']).toMatchObject({ state: 'warning', fix: `chmod 700 ${options.stateDir}` });
    expect(found['policy file']).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('stops all probing'),
    });
  });

  it.runIf(process.getuid?.() === 0)('reports an fping that may not open a socket, with the command', async () => {
    mkdirSync(path.join(dir, 'bin'));
    const copy = path.join(dir, 'bin/fping');
    copyFileSync('/usr/bin/fping', copy);
    for (const folder of [dir, path.join(dir, 'bin'), copy]) chmodSync(folder, 0o755);
    const wrapper = path.join(dir, 'fping-without-rights');
    const text = `#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups ${copy} "$@"\n`;
    writeFileSync(wrapper, text, { mode: 0o755 });
    const found = await examine({ fpingPath: wrapper });
    expect(found['ping over IPv4']).toMatchObject({ state: 'fault', fix: `setcap cap_net_raw+ep ${wrapper}` });
  });
});
