import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identify } from '../process-identity.mjs';
import { readJson, writePrivateJson } from '../private-file.mjs';
import type { Fault } from './engine/faults.mjs';
import { DEFAULT_WORLD } from './engine/world-plan.mjs';
import { World } from './engine/world.mjs';
import { serveSockets } from './forwarder.mjs';
import { createNetwork, cutGateway, namespacesOf, removeNamespace, whyNoNamespaces } from './network.mjs';
import { LabRecord } from './record.mjs';
import { Responder } from './responder.mjs';

const PLAN = {
  ...DEFAULT_WORLD,
  ...{ regions: { north: [0, 0], south: [20, 0] } as Record<string, [number, number]>, providers: ['alpha'] },
  ...{ agentsPerRegion: 1, sitesPerRegion: 1, targets: 42, anycast: 2, ipv6Percent: 25 },
};
const FAULTS: Fault[] = [
  { at: 0, for: 3_600, name: 'out', fault: 'outage', targets: { site: 'south-s1', role: 'db' } },
];
const GREETING = 'the gateway';
const reason = whyNoNamespaces();

const world = new World(PLAN);
const names = namespacesOf(`icmpmon-lab-test-${process.pid}`, world.vantages);
const all = [names.core, ...names.agents];
const existing = () => execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
const hostNetwork = () =>
  ['addr', 'route'].map((what) => execFileSync('ip', ['-o', what], { encoding: 'utf8' }).replaceAll(/\d+sec/g, ''));

function inAgent(index: number, ...command: string[]): string {
  const { stdout, stderr } = spawnSync('ip', ['netns', 'exec', names.agents[index] ?? '', ...command], {
    encoding: 'utf8',
  });
  return stdout + stderr;
}

const fping = (index: number, ...args: string[]) =>
  inAgent(index, 'fping', '-q', '-c', '3', '-p', '50', '-t', '2000', ...args);
const lossOf = (line: string) => Number(/(\d+)%/.exec(line)?.[1] ?? NaN);
const fastestMsOf = (line: string) => Number(/avg\/max = ([\d.]+)/.exec(line)?.[1] ?? NaN);
const targetOf = (region: string, role: string, isIpv6 = false) =>
  world.targets.find((each) => each.region === region && each.role === role && each.ip.includes(':') === isIpv6)?.ip ??
  '';

describe.skipIf(reason !== undefined)(`the network of a lab (needs namespaces: ${reason ?? 'yes'})`, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'lab-test-'));
  let gateway: Server;
  let port: number;
  let responder: Responder;
  let endForwarding: () => void;
  let before: string[];

  beforeAll(async () => {
    before = hostNetwork();
    gateway = createServer((socket) => socket.end(GREETING));
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    port = (gateway.address() as { port: number }).port;
    createNetwork(names, world.vantages, [port]);
    endForwarding = await serveSockets([port], dir);
    responder = new Responder(names.core);
    await responder.begin({ world: PLAN, faults: FAULTS, seed: 1, ports: [port], socketDir: dir });
  });
  afterAll(async () => {
    await responder?.close();
    for (const name of all) removeNamespace(name);
    endForwarding?.();
    gateway?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('leads from each agent to the targets, IPv4 and IPv6, by the latency of the path', () => {
    for (const isIpv6 of [false, true]) {
      const far = fping(0, targetOf('south', 'web', isIpv6));
      const near = fping(1, targetOf('south', 'web', isIpv6));
      expect([lossOf(far), lossOf(near)]).toEqual([0, 0]);
      expect(fastestMsOf(far)).toBeGreaterThan(40);
      expect(fastestMsOf(near)).toBeLessThan(fastestMsOf(far));
    }
  });

  it('answers traceroute: the gateway of the namespace, then simulated routers', () => {
    const hop = (ttl: number) => inAgent(0, 'fping', '-c', '1', '-H', String(ttl), targetOf('south', 'web'));
    expect(hop(1)).toContain('100.127.0.1');
    expect(hop(2)).toContain('100.64.');
    expect(hop(9)).toMatch(/0% loss/);
  });

  it('answers TCP: open and closed ports', () => {
    const connect = (targetPort: number) =>
      inAgent(0, 'bash', '-c', `exec 3<>/dev/tcp/${targetOf('north', 'web')}/${targetPort} && echo open`);
    expect(connect(443)).toContain('open');
    expect(connect(23)).toMatch(/refused/i);
  });

  it('begins its faults when the timeline begins', async () => {
    const ip = targetOf('south', 'db');
    expect(lossOf(fping(0, ip))).toBe(0);
    await responder.setOrigin(Date.now());
    expect(lossOf(fping(0, ip))).toBe(100);
    expect(lossOf(fping(0, targetOf('south', 'web')))).toBe(0);
    expect((await responder.readCounts()).cut).toBeGreaterThan(0);
  });

  it('leads an agent to the gateway at its usual address, until its uplink is cut', async () => {
    // Not synchronously: the gateway is in this process.
    const read = () =>
      new Promise<string>((resolve) => {
        const command = ['timeout', '2', 'bash', '-c', `cat < /dev/tcp/127.0.0.1/${port}`];
        execFile('ip', ['netns', 'exec', names.agents[0] ?? '', ...command], (_, stdout) => resolve(stdout));
      });
    expect(await read()).toBe(GREETING);
    const [vantage] = world.vantages;
    if (vantage === undefined) throw new Error('the world has no vantage point');
    cutGateway(names.core, vantage, true);
    expect(await read()).not.toContain(GREETING);
    cutGateway(names.core, vantage, false);
    expect(await read()).toBe(GREETING);
  });

  it('changes nothing in the network of the machine', () => {
    expect(hostNetwork()).toEqual(before);
  });
});

describe.skipIf(reason !== undefined)('a lab that was killed', () => {
  it('is removed at the next start, by its recorded names; one that runs is not', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'lab-test-'));
    const name = `icmpmon-lab-test-${process.pid}-left`;
    execFileSync('ip', ['netns', 'add', name]);
    const record = new LabRecord(dir);
    try {
      const [file, lock] = ['run.json', 'lab.lock'].map((each) => path.join(dir, each)) as [string, string];
      writePrivateJson(file, { namespaces: [name, 'never-made'], processes: [] });
      writePrivateJson(lock, identify(process.ppid));
      await expect(record.begin()).rejects.toThrow(`Process ${process.ppid} runs a lab here already`);
      await record.removeAll();
      expect(existing()).toContain(name);
      expect(readJson(file)).toBeDefined();
      writePrivateJson(lock, { ...identify(process.pid), startTime: '1' });
      expect(await record.begin()).toBe(2);
      expect(existing()).not.toContain(name);
      expect(readJson(file)).toBeUndefined();
      await record.removeAll();
      expect(readJson(lock)).toBeUndefined();
      expect(await new LabRecord(dir).begin()).toBe(0);
    } finally {
      removeNamespace(name);
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe.skipIf(reason !== undefined)('a machine on which no lab is possible', () => {
  const script = `import('${new URL('network.mjs', import.meta.url).href}').then((m) => console.log(m.whyNoNamespaces()))`;
  const nodeAfter = (command: string[], options: object = {}) => {
    const [name = process.execPath, ...args] = [...command, process.execPath, '-e', script];
    return spawnSync(name, args, { encoding: 'utf8', ...options }).stdout;
  };

  it('is named with what to do: no root, no ip, no TUN device', () => {
    expect(nodeAfter([], { uid: 65_534 })).toContain('network namespaces need root');
    expect(nodeAfter([], { env: { PATH: '/nonexistent' } })).toContain('there is no command "ip" (apt-get install');
    const withoutTun = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /dev/net && exec "$@"', '-'];
    expect(nodeAfter(withoutTun)).toMatch(/"ip tuntap add" failed: .*modprobe tun/s);
  });

  it('is refused by the command before anything is changed', () => {
    const lab = fileURLToPath(new URL('../lab.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [lab], { encoding: 'utf8', uid: 65_534 });
    expect(stderr).toContain('needs root. Use: sudo npm run lab');
    expect(status).toBe(1);
  });
});
