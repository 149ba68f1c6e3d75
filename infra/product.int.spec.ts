import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appNames } from './apps.mjs';
import { rootDir } from './paths.mjs';
import { readJson } from './private-file.mjs';
import { identify, isAlive } from './process-identity.mjs';
import { kafkaAnswers } from './services/kafka-ready.mjs';
import { postgresAnswers, valkeyAnswers } from './services/ready.mjs';

// Real services with stand-ins for the apps: these tests cover starting, supervising and stopping.
const standIn = `
import { createServer } from 'node:http';
import { connect } from 'node:net';
if (!process.argv.includes('--migrate')) {
  createServer((_, response) => response.end()).listen(Number(process.env.ICMPMON_OPS_PORT), '127.0.0.1');
}
`;

interface Access {
  portalUrl: string;
  kafkaBrokers: string;
  kafkaSasl: { username: string; password: string };
  controlDatabaseUrl: string;
  redisUrl: string;
  processes: Record<string, { pid: number; opsUrl?: string }>;
}

const dir = mkdtempSync(join(tmpdir(), 'product-'));
// The apps' users must be able to pass through this folder.
chmodSync(dir, 0o755);
const asRoot = it.runIf(process.getuid?.() === 0 && process.env['SUDO_UID'] === undefined);
const stateDir = join(dir, 'state');
const env = {
  ...process.env,
  ICMPMON_STATE_DIR: stateDir,
  ICMPMON_DIST_DIR: dir,
  ICMPMON_API_PORT: '0',
  ICMPMON_AGENT_PORT: '0',
  ICMPMON_ENROL_PORT: '0',
};

function command(script: string, args: string[] = [], extra = {}): { child: ChildProcess; ended: Promise<string> } {
  const child = spawn(process.execPath, [join(rootDir, 'infra', script), ...args], {
    cwd: rootDir,
    env: { ...env, ...extra },
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code) => resolve(`${output}\nended with ${code}`)),
  );
  return { child, ended };
}

const access = (): Access => readJson(join(stateDir, 'access.json'));
const supervisorPid = (): number => readJson(join(stateDir, 'supervisor.json')).supervisor.pid;
const portOf = (url: string): number => Number(new URL(url).port);

const kafkaTakes = (login: { username: string; password: string }): Promise<boolean> =>
  kafkaAnswers(Number(access().kafkaBrokers.split(':')[1]), login);

async function servicesAnswer(): Promise<boolean[]> {
  const { controlDatabaseUrl, redisUrl } = access();
  return Promise.all([
    kafkaTakes(access().kafkaSasl),
    postgresAnswers(portOf(controlDatabaseUrl)),
    valkeyAnswers(portOf(redisUrl), new URL(redisUrl).password),
  ]);
}

/** Returns Kafka's answer to a Metadata request of a client that has not logged in. */
function metadataWithoutLogin(port: number): Promise<Buffer | undefined> {
  const request = Buffer.from([0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 255, 255, 0, 0, 0, 0]);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(request));
    socket.once('error', reject);
    socket.once('data', resolve);
    socket.once('close', () => resolve(undefined));
  });
}

/** Resolves once the service has closed a connection on which only these bytes were sent. */
function isClosed(port: number, sent: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(sent));
    socket.once('error', reject);
    socket.on('data', () => undefined);
    socket.once('close', () => resolve(true));
  });
}

beforeAll(() => {
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  for (const name of appNames) {
    mkdirSync(join(dir, 'apps', name), { recursive: true });
    writeFileSync(join(dir, 'apps', name, 'main.js'), standIn);
  }
});

afterAll(async () => {
  await command('stop.mjs').ended;
  await command('reset.mjs', ['--yes']).ended;
  rmSync(dir, { recursive: true, force: true });
});

describe('npm start -- --detach', () => {
  it('returns when everything is ready, even when called twice at the same time, and writes an access file that only its owner can read', async () => {
    const both = [command('start.mjs', ['--detach']), command('start.mjs', ['--detach'])];
    const outputs = await Promise.all(both.map(({ ended }) => ended));
    for (const output of outputs) {
      expect(output).toMatch(/Portal +http:\/\/127\.0\.0\.1:\d+[^]*ended with 0/);
      expect(output).toContain(access().portalUrl);
    }
    const second = /is starting or stopping ICMP-Mon; waiting[^]*already running/;
    expect(outputs.filter((output) => second.test(output))).toHaveLength(1);
    expect(statSync(join(stateDir, 'access.json')).mode & 0o777).toBe(0o600);
    expect(Object.keys(access().processes)).toEqual(expect.arrayContaining([...appNames]));
    expect(await servicesAnswer()).toEqual([true, true, true]);
  });

  it('starts a Kafka that rejects clients without its password', async () => {
    const { kafkaSasl, kafkaBrokers } = access();
    expect(await kafkaTakes({ ...kafkaSasl, password: 'guessed' })).toBe(false);
    expect(await kafkaTakes({ username: 'admin', password: kafkaSasl.password })).toBe(false);
    const ports: Record<string, number> = readJson(join(stateDir, 'ports.json'));
    for (const port of [Number(kafkaBrokers.split(':')[1]), ports['kafkaController']]) {
      expect(await metadataWithoutLogin(Number(port)), String(port)).toBeUndefined();
    }
  });

  it('starts services that close connections without a login after a short time', async () => {
    const { kafkaBrokers, controlDatabaseUrl } = access();
    const ports: Record<string, number> = readJson(join(stateDir, 'ports.json'));
    const announced = Buffer.from([0, 1, 0, 0, 0, 18, 0, 3]);
    const user = Buffer.from('user\0icmpmon\0database\0postgres\0\0');
    const startup = Buffer.concat([Buffer.from([0, 0, 0, 8 + user.length, 0, 3, 0, 0]), user]);
    const closed = [
      isClosed(Number(kafkaBrokers.split(':')[1]), announced),
      isClosed(Number(ports['kafkaController']), announced),
      isClosed(portOf(controlDatabaseUrl), startup),
    ];
    expect(await Promise.all(closed)).toEqual([true, true, true]);
    // Kafka still answers clients that log in.
    expect(await servicesAnswer()).toEqual([true, true, true]);
  }, 45_000);

  asRoot('runs each app as its own user, without passwords that it does not use', async () => {
    const uids = appNames.map((name) => statSync(`/proc/${access().processes[name]?.pid}`).uid);
    expect(uids.every((uid) => uid !== 0)).toBe(true);
    expect(new Set(uids).size).toBe(appNames.length);
    const { controlDatabaseUrl, redisUrl } = access();
    for (const name of appNames) {
      const environment = readFileSync(`/proc/${access().processes[name]?.pid}/environ`, 'utf8');
      expect(environment, name).not.toContain(new URL(controlDatabaseUrl).password);
      if (['gateway', 'agent'].includes(name)) expect(environment, name).not.toContain(new URL(redisUrl).password);
    }
    const secrets = ['secrets.json', 'bootstrap.json', 'access.json', 'api-secret.json', 'agent', 'data/kafka'];
    for (const name of secrets) expect(statSync(join(stateDir, name)).mode & 0o077, name).toBe(0);
  });

  it('writes no file that other users can read, except the scrape targets and certificates', () => {
    const open: string[] = [];
    const walk = (place: string): void => {
      const { mode } = lstatSync(join(stateDir, place));
      const isFolder = lstatSync(join(stateDir, place)).isDirectory();
      // A user that cannot pass through a folder reaches nothing below it.
      if (isFolder && (mode & 0o001) === 0) return;
      if (!isFolder && (mode & 0o006) !== 0) open.push(place);
      if (isFolder && (mode & 0o002) !== 0) open.push(`${place}/`);
      if (isFolder) for (const name of readdirSync(join(stateDir, place))) walk(join(place, name));
    };
    walk('.');
    expect(open.filter((place) => place !== 'ca/ca.crt')).toEqual(['prometheus/targets.json']);
    for (const place of ['agent', ...readdirSync(join(stateDir, 'agent')).map((name) => join('agent', name))]) {
      const file = lstatSync(join(stateDir, place));
      expect((file.mode & 0o777).toString(8), place).toBe(file.isDirectory() ? '700' : '600');
    }
  });

  it('reports that the product is already running', async () => {
    const before = access();
    // The duration includes earlier processes of the same start, such as the installation.
    const began = { ICMPMON_START_BEGAN_MS: String(Date.now() - 5_000_000) };
    const printed = await command('start.mjs', ['--detach'], began).ended;
    expect(printed).toMatch(/already running[^]*Portal[^]*Duration +5\d{3}\.\d s\n[^]*ended with 0/);
    expect(access()).toEqual(before);
  });

  it('restarts killed processes, restores the deleted state folder of the agent, and keeps the access file current', async () => {
    const before = access().processes;
    rmSync(join(stateDir, 'agent'), { recursive: true });
    for (const { pid } of Object.values(before)) process.kill(pid, 'SIGKILL');
    await expect
      .poll(() => Object.entries(access().processes).filter(([name, { pid }]) => pid !== before[name]?.pid).length, {
        timeout: 60_000,
      })
      .toBe(Object.keys(before).length);
    await expect.poll(servicesAnswer, { timeout: 60_000 }).toEqual([true, true, true]);
    expect(readFileSync(join(stateDir, 'agent/policy.yaml'), 'utf8')).toContain('127.0.0.0/8');
    expect(statSync(join(stateDir, 'agent')).mode & 0o077).toBe(0);
  });

  it('stops the processes that a killed supervisor left behind, and starts again on the same addresses and data', async () => {
    const before = access();
    const left = Object.values(before.processes).map(({ pid }) => identify(pid));
    process.kill(supervisorPid(), 'SIGKILL');
    expect(await command('start.mjs', ['--detach']).ended).toMatch(/an interrupted run left behind[^]*ended with 0/);
    expect(left.filter((identity) => isAlive(identity))).toEqual([]);
    const { processes, ...addresses } = access();
    expect({ ...addresses, processes: before.processes }).toEqual(before);
    expect(Object.keys(processes).sort()).toEqual(Object.keys(before.processes).sort());
  });

  it('waits while another process stops the product, and starts it again', async () => {
    const before = supervisorPid();
    const stopped = command('stop.mjs').ended;
    await expect.poll(() => readJson(join(stateDir, 'supervisor.json')).state, { timeout: 60_000 }).toBe('stopping');
    const output = await command('start.mjs', ['--detach']).ended;
    expect(output).toMatch(/waiting for it[^]*Portal[^]*ended with 0/);
    expect(output).not.toContain('already running');
    expect(await stopped).toContain('ended with 0');
    expect(supervisorPid()).not.toBe(before);
    expect(await servicesAnswer()).toEqual([true, true, true]);
  });

  it('is stopped by npm stop, with all its processes', async () => {
    const started = [supervisorPid(), ...Object.values(access().processes).map(({ pid }) => pid)].map(identify);
    expect(await command('stop.mjs').ended).toMatch(/Stopped: .*kafka.*\n[^]*ended with 0/);
    expect(started.filter((identity) => isAlive(identity))).toEqual([]);
    expect(await command('stop.mjs').ended).toContain('Nothing was running');
  });
});

describe('npm start', () => {
  it('reports a taken port and starts nothing', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const output = await command('start.mjs', ['--detach'], { ICMPMON_API_PORT: String(port) }).ended;
    server.close();
    expect(output).toContain(`Port ${port} (portal and API) is taken by`);
    expect(output).toContain('ended with 1');
    expect(access().processes).toEqual({});
  });

  it('stops everything in order on Ctrl-C', async () => {
    const { child, ended } = command('start.mjs');
    await new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk) => String(chunk).includes('Stop ') && resolve());
    });
    const started = Object.values(access().processes).map(({ pid }) => identify(pid));
    expect(started.length).toBeGreaterThan(appNames.length);
    child.kill('SIGINT');
    expect(await ended).toContain('ended with 0');
    expect(started.filter((identity) => isAlive(identity))).toEqual([]);
  });

  it('rejects a folder of another layout, naming the command that helps', async () => {
    const file = join(stateDir, 'layout.json');
    writeFileSync(file, '{"version":99}');
    expect(await command('start.mjs', ['--detach']).ended).toMatch(
      /layout 99[^]*npm run reset -- --yes[^]*ended with 1/,
    );
    writeFileSync(file, '{"version":1}');
  });
});
