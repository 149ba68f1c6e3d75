import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { endLeftBy } from './installation.mjs';
import { rootDir } from './paths.mjs';
import { type Identity, identify, isAlive } from './process-identity.mjs';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reset-'));
  writeFileSync(join(dir, 'layout.json'), '{"version":1}');
});

const reset = (...args: string[]): Promise<string> => command('reset.mjs', ...args);

function command(script: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [join(rootDir, 'infra', script), ...args], {
    env: { ...process.env, ICMPMON_STATE_DIR: dir },
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve(`${output}ended with ${code}`)));
}

function leftRunning(): Identity {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const identity = identify(child.pid);
  if (identity === undefined) throw new Error('sleep did not start');
  return identity;
}

const recordState = (supervisor: Omit<Identity, 'bootId'>, children: object[]): void =>
  writeFileSync(join(dir, 'supervisor.json'), JSON.stringify({ state: 'ready', supervisor, children }));

describe('npm stop', () => {
  it('stops the processes that a killed supervisor left behind, and reports them', async () => {
    const server = leftRunning();
    recordState({ pid: 1, startTime: '-1' }, [{ name: 'postgres', ...server }]);
    expect(await command('stop.mjs')).toBe(
      'The supervisor was no longer running. Stopped the processes that it left behind: postgres.\nended with 0',
    );
    expect(isAlive(server)).toBe(false);
    expect(await command('stop.mjs')).toBe('Nothing was running.\nended with 0');
  });
});

describe('a start whose supervisor was killed', () => {
  it("stops the processes that this one left behind, and none of another supervisor's", async () => {
    const [server, other] = [leftRunning(), leftRunning()];
    recordState({ pid: 4_194_303, startTime: '-1' }, [{ name: 'kafka', ...server }]);
    expect(await endLeftBy(4_194_302, dir)).toEqual([]);
    expect(isAlive(server)).toBe(true);
    expect(await endLeftBy(4_194_303, dir)).toEqual(['kafka']);
    expect(isAlive(server)).toBe(false);
    expect(isAlive(other)).toBe(true);
  });
});

describe('npm run reset', () => {
  it('lists what it would remove, with sizes, and removes nothing without --yes', async () => {
    mkdirSync(join(dir, 'data'));
    writeFileSync(join(dir, 'data/table'), Buffer.alloc(3 * 1024 * 1024, 1));
    const printed = await reset();
    expect(printed).toMatch(
      /data +3\.\d MiB {2}PostgreSQL, Kafka, Valkey.*\n.*layout\.json +4 KiB .*\n {2}all +3\.\d MiB/,
    );
    expect(printed).toMatch(/npm run reset -- --yes\nended with 1$/);
    expect(existsSync(join(dir, 'layout.json'))).toBe(true);
  });

  it("keeps the agent's policy and backups, and lists them", async () => {
    mkdirSync(join(dir, 'agent'));
    writeFileSync(join(dir, 'agent/policy.yaml'), 'allow: []');
    writeFileSync(join(dir, 'agent/agent.key'), 'key');
    for (const backup of ['before', 'backups/first']) {
      mkdirSync(join(dir, backup), { recursive: true });
      writeFileSync(join(dir, backup, 'control.dump'), 'dump');
    }
    const printed = await reset('--yes');
    expect(printed).toMatch(
      / agent .* key, certificate and spool[^]*Will be kept:\n {2}agent\/policy\.yaml .*\n {2}backups .*\n {2}before .*backup\n/,
    );
    expect(printed).toMatch(/ended with 0$/);
    expect(readdirSync(dir, { recursive: true }).sort()).toEqual([
      ...['agent', 'agent/policy.yaml', 'backups', 'backups/first', 'backups/first/control.dump'],
      ...['before', 'before/control.dump'],
    ]);
  });

  it.each(['agent', 'data', 'backups', 'gone'])(
    'removes the symbolic link %s, not its destination, and prints the destination',
    async (name) => {
      const elsewhere = mkdtempSync(join(tmpdir(), 'reset-elsewhere-'));
      for (const file of ['policy.yaml', 'precious', 'control.dump']) writeFileSync(join(elsewhere, file), 'x');
      symlinkSync(name === 'gone' ? join(elsewhere, 'nowhere') : elsewhere, join(dir, name));
      const printed = await reset('--yes');
      expect(printed).toContain(
        `link; its destination ${name === 'gone' ? join(elsewhere, 'nowhere') : elsewhere} is kept`,
      );
      expect(printed).toMatch(/ended with 0$/);
      expect(readdirSync(elsewhere).sort()).toEqual(['control.dump', 'policy.yaml', 'precious']);
      expect(readdirSync(dir)).toEqual([]);
    },
  );

  it('removes nothing from a folder that is not an installation', async () => {
    const other = mkdtempSync(join(tmpdir(), 'reset-other-'));
    dir = other;
    writeFileSync(join(other, 'thesis.txt'), 'x');
    mkdirSync(join(other, 'data'));
    expect(await reset('--yes')).toMatch(/is not an installation[^]*ended with 1/);
    expect(readdirSync(other).sort()).toEqual(['data', 'thesis.txt']);
  });

  it('removes nothing while a supervisor is running', async () => {
    const supervisor = leftRunning();
    recordState(supervisor, []);
    expect(await reset('--yes')).toMatch(/Stop it first: npm stop[^]*ended with 1/);
    expect(existsSync(join(dir, 'layout.json'))).toBe(true);
    expect(isAlive(supervisor)).toBe(true);
  });

  it('removes nothing while the product is starting', async () => {
    writeFileSync(join(dir, 'start.lock'), JSON.stringify(leftRunning()));
    expect(await reset('--yes')).toMatch(/is starting ICMP-Mon[^]*ended with 1/);
    expect(existsSync(join(dir, 'layout.json'))).toBe(true);
  });

  it('stops the processes that a killed supervisor left behind before it removes the data', async () => {
    const server = leftRunning();
    recordState({ pid: 1, startTime: '-1' }, [{ name: 'postgres', ...server }]);
    expect(await reset('--yes')).toMatch(
      /Stopped the processes that an interrupted run left behind: postgres[^]*ended with 0/,
    );
    expect(isAlive(server)).toBe(false);
    expect(readdirSync(dir)).toEqual([]);
  });
});
