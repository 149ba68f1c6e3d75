import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { identify, isAlive } from './process-identity.mjs';
import { endRecorded, isReady, readState, Supervisor } from './supervisor.mjs';

const supervisors: Supervisor[] = [];
const delays = {
  shortestDelayMs: 20,
  longestDelayMs: 80,
  steadyAfterMs: 60_000,
  readyPatienceMs: 20_000,
  saveAgainMs: 20,
  boundLogsMs: 20,
  askEveryMs: 10,
};

function setUp() {
  const dir = mkdtempSync(join(tmpdir(), 'supervisor-'));
  const lines: string[] = [];
  const stateFile = join(dir, 'state/supervisor.json');
  const report = (line: string) => lines.push(line);
  const supervisor = new Supervisor({ stateFile, logDir: join(dir, 'logs'), report, delays });
  supervisors.push(supervisor);
  return { dir, lines, stateFile, supervisor };
}

function service(name: string, script: string, ready: () => Promise<boolean> = async () => true) {
  return { name, command: () => ({ command: 'sh', args: ['-c', script] }), ready };
}

afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) await supervisor.stop();
});

describe('Supervisor', () => {
  it('prepares a service before it restarts it, and restarts it even when the preparation fails', async () => {
    const { dir, lines, supervisor } = setUp();
    const file = join(dir, 'lost/file');
    let fails = false;
    const beforeRestart = async () => {
      if (fails) throw new Error('no room');
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, 'again');
    };
    await supervisor.start([[{ ...service('app', `exec sleep 60`), beforeRestart }]]);
    for (const failing of [false, true]) {
      fails = failing;
      const { app: before } = supervisor.pids();
      process.kill(before, 'SIGKILL');
      await vi.waitFor(() => expect(supervisor.pids()['app']).toSatisfy((pid) => pid > 0 && pid !== before), 20_000);
    }
    expect(readFileSync(file, 'utf8')).toBe('again');
    expect(lines.join('\n')).toContain('app: preparation failed (no room); starting it anyway');
  });

  it('starts in order and records its children in a file that only the owner can read', async () => {
    const { supervisor, stateFile } = setUp();
    const order: string[] = [];
    const task = async () => void order.push(Object.keys(supervisor.pids()).join());
    await supervisor.start([
      [service('first', 'exec sleep 60')],
      [{ name: 'between', task }],
      [service('last', 'exec sleep 60')],
    ]);
    expect(order).toEqual(['first']);
    const state = readState(stateFile);
    expect(state).toMatchObject({ state: 'ready', running: true });
    expect(state.children.map((child: { name: string }) => child.name)).toEqual(['first', 'last']);
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);
  });

  it('restarts a killed child, each time after a longer back-off', async () => {
    const { supervisor, lines } = setUp();
    await supervisor.start([[service('app', 'exec sleep 60')]]);
    for (let kill = 1; kill <= 4; kill++) {
      const { app } = supervisor.pids();
      process.kill(app, 'SIGKILL');
      await vi.waitFor(() => expect(supervisor.pids().app ?? app).not.toBe(app), { timeout: 20_000 });
    }
    expect(lines.filter((line) => line.includes('SIGKILL')).map((line) => /in ([\d.]+) s/.exec(line)?.[1])).toEqual([
      '0.02',
      '0.04',
      '0.08',
      '0.08',
    ]);
  });

  it('restarts a child that hangs', async () => {
    const { supervisor, lines } = setUp();
    let isLive = true;
    await supervisor.start([
      [{ ...service('app', 'exec sleep 60'), hangCause: async () => (isLive ? undefined : 'no progress') }],
    ]);
    const { app } = supervisor.pids();
    isLive = false;
    await vi.waitFor(() => expect(supervisor.pids().app ?? app).not.toBe(app), { timeout: 20_000 });
    expect(lines.join('\n')).toMatch(/app hangs \(no progress\); killing it with SIGKILL\napp exited \(SIGKILL\)/);
  });

  it('gives up on a service that exits immediately, with the last lines of its log', async () => {
    const { supervisor } = setUp();
    const broken = service('broken', 'echo the cause; exit 3', async () => false);
    await expect(supervisor.start([[broken]])).rejects.toThrow(/broken exited \d times \(exit code 3\)[^]*the cause/);
  });

  it('gives up on a command that does not exist', async () => {
    const { supervisor } = setUp();
    const absent = { ...service('absent', ''), command: () => ({ command: '/does/not/exist', args: [] }) };
    await expect(supervisor.start([[absent]])).rejects.toThrow('ENOENT');
  });

  it('stops in reverse order, including the processes that its children started', async () => {
    const { dir, supervisor } = setUp();
    const log = join(dir, 'stopped');
    const noting = (name: string) =>
      `trap 'echo ${name} >> ${log}; exit 0' TERM; sleep 60 & echo $! > ${dir}/${name}; wait`;
    const isUp = (name: string) => async () => existsSync(join(dir, name)) && statSync(join(dir, name)).size > 0;
    await supervisor.start([
      [service('one', noting('one'), isUp('one'))],
      [service('two', noting('two'), isUp('two'))],
    ]);
    const grandchild = identify(Number(readFileSync(join(dir, 'one'), 'utf8')));
    await supervisor.stop();
    expect(readFileSync(log, 'utf8')).toBe('two\none\n');
    await vi.waitFor(() => expect(isAlive(grandchild)).toBe(false), { timeout: 10_000 });
  });
});

describe('a full disk', () => {
  // A file in place of a folder rejects every write below it, as a full disk does.
  const block = (folder: string): void => {
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(folder, '');
  };
  const unblock = (folder: string): void => {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
  };
  const restarted = (supervisor: Supervisor, before: number) =>
    vi.waitFor(() => expect(supervisor.pids().app ?? before).not.toBe(before), { timeout: 20_000 });

  it('does not prevent restarts, and the children are recorded once there is space', async () => {
    const { dir, supervisor, stateFile, lines } = setUp();
    await supervisor.start([[service('app', 'exec sleep 60')]]);
    const { app } = supervisor.pids();
    block(join(dir, 'state'));
    process.kill(app, 'SIGKILL');
    await restarted(supervisor, app);
    await vi.waitFor(() =>
      expect(lines.filter((line) => line.includes('Cannot write the state file'))).toHaveLength(1),
    );
    unblock(join(dir, 'state'));
    await vi.waitFor(() => expect(readState(stateFile)?.children[0]?.pid).toBe(supervisor.pids().app), {
      timeout: 20_000,
    });
    expect(readState(stateFile)).toMatchObject({ state: 'ready', running: true });
  });

  it('does not end a supervisor whose children cannot open their log', async () => {
    const { dir, supervisor, lines } = setUp();
    await supervisor.start([[service('app', 'exec sleep 60')]]);
    const { app } = supervisor.pids();
    block(join(dir, 'logs'));
    process.kill(app, 'SIGKILL');
    await vi.waitFor(() => expect(lines.join('\n')).toMatch(/app exited \(ENOTDIR/), { timeout: 20_000 });
    unblock(join(dir, 'logs'));
    await restarted(supervisor, app);
  });

  it('does not end a supervisor that cannot copy a full log, which is truncated once there is space', async () => {
    const { dir, supervisor, lines } = setUp();
    await supervisor.start([[service('app', 'exec sleep 60')]]);
    const log = join(dir, 'logs/app.log');
    mkdirSync(`${log}.1`);
    truncateSync(log, 11 * 1024 * 1024);
    await vi.waitFor(() => expect(lines.join('\n')).toContain('app.log cannot be truncated'), { timeout: 20_000 });
    rmSync(`${log}.1`, { recursive: true });
    await vi.waitFor(() => expect(statSync(log).size).toBe(0), { timeout: 20_000 });
  });

  it('does not end a process that prints progress to it', async () => {
    const script = `import { outliveOutput, print } from '${join(import.meta.dirname, 'output.mjs')}'; outliveOutput(); print('x'); setTimeout(() => { print('y'); process.exit(7); }, 50);`;
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', full, full] });
    closeSync(full);
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(7);
  });
});

describe('isReady', () => {
  it('ignores the state that a dead supervisor, or another one, recorded', async () => {
    const { supervisor, stateFile } = setUp();
    expect(isReady(stateFile)).toBe(false);
    await supervisor.start([[service('service', 'exec sleep 60')]]);
    expect(isReady(stateFile)).toBe(true);
    expect(isReady(stateFile, process.pid)).toBe(true);
    expect(isReady(stateFile, process.pid + 1)).toBe(false);
    const state = JSON.parse(readFileSync(stateFile, 'utf8'));
    const dead = join(dirname(stateFile), 'of-a-dead-one.json');
    writeFileSync(dead, JSON.stringify({ ...state, supervisor: { ...state.supervisor, startTime: 'another' } }));
    expect(isReady(dead)).toBe(false);
  });
});

describe('endRecorded', () => {
  it('ends only processes whose start time is the recorded one', async () => {
    const { stateFile } = setUp();
    const [left, foreign] = [0, 1].map(() => spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }));
    const children = [
      { name: 'left', ...identify(left?.pid) },
      { name: 'foreign', ...identify(foreign?.pid), startTime: '1' },
    ];
    mkdirSync(dirname(stateFile));
    writeFileSync(stateFile, JSON.stringify({ state: 'ready', supervisor: { pid: 1, startTime: '-1' }, children }));
    expect(await endRecorded(stateFile)).toEqual(['left']);
    expect(isAlive(identify(foreign?.pid))).toBe(true);
    foreign?.kill('SIGKILL');
  });

  it('ends nothing where nothing was recorded', async () => {
    expect(await endRecorded(join(tmpdir(), 'no-such-folder', 'supervisor.json'))).toEqual([]);
  });
});
