import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Lab, parseScenario, whyNoNamespaces } from '@icmp-mon/infra/testing';
import type { StoredTrace } from '@icmp-mon/paths/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabCommand } from './testing/lab-command';
import { RunningProduct } from './testing/running-product';

const SCENARIO = `
name: small
durationS: 20
closed: { ports: [5432], targets: { site: south-s2, role: db } }
world:
  regions: { north: [0, 0], south: [20, 0] }
  providers: [alpha]
  agentsPerRegion: 1
  sitesPerRegion: 2
  targets: 50
  anycast: 2
  ipv6Percent: 20
timeline:
  - { at: 2, for: 14, name: power, fault: outage, targets: { site: south-s1 } }
  - { at: 2, for: 14, name: lossy, fault: loss, percent: 3, targets: { site: north-s1 } }
  - { at: 2, for: 14, name: opened, fault: port, port: 5432, state: open, targets: { site: south-s2, role: db } }
`;
const INTERVAL_S = 2;
const reason = whyNoNamespaces();

const namespaces = (): string => execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });

describe.skipIf(reason !== undefined)(
  `a lab with two agents and 50 targets (needs namespaces: ${reason ?? 'yes'})`,
  () => {
    let product: RunningProduct;
    let lab: Lab;
    const lines: string[] = [];

    beforeAll(async () => {
      product = await RunningProduct.start({ name: 'lab', services: 'given' });
      lab = new Lab({
        scenario: await parseScenario(SCENARIO, 'small'),
        access: product.access,
        productDir: product.dir,
        intervalS: INTERVAL_S,
        report: (line: string) => lines.push(line),
        signal: new AbortController().signal,
      });
    });
    afterAll(async () => {
      await lab?.close({ keepData: true });
      await product?.stop();
    });

    it('joins real agents, which reach all targets, by the latency of their paths', async () => {
      expect(await lab.start()).toBe(50);
      const far = lab.world.targets.find(({ region }) => region === 'south')?.ip ?? '';
      const { items } = await product.callApi<{ items: { rttUs: number; agentName: string }[] }>(
        'GET',
        `targets/${far}/results?limit=20`,
      );
      const rttsOf = (agent: string) => items.filter(({ agentName }) => agentName === agent).map(({ rttUs }) => rttUs);
      expect(Math.min(...rttsOf('lab-north-1'))).toBeGreaterThan(40_000);
      expect(Math.min(...rttsOf('lab-south-1'))).toBeLessThan(40_000);
    });

    it('answers traceroute', () => {
      const [agent] = lab.namespaces.agents;
      const far = lab.world.targets.find(({ region, role }) => region === 'south' && role === 'web')?.ip ?? '';
      const hop = (ttl: number): string => {
        const args = ['netns', 'exec', agent ?? '', 'fping', '-c', '1', '-H', String(ttl), far];
        try {
          return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
        } catch (error) {
          return String((error as { stderr: string }).stderr);
        }
      };
      expect(hop(2)).toMatch(/Time Exceeded from 100\.64\./i);
      expect(hop(12)).toContain(far);
    });

    it('reports the outage of a site, and nothing that is not in the truth', async () => {
      const { results } = await lab.playOnce();
      const [{ score, checks, figures } = {}] = results;
      expect(score).toMatchObject({ outages: 12, detected: 12, missed: 0, recovered: 12, falseDowns: 0 });
      expect(checks).toMatchObject({ openings: 3, found: 3, missed: 0, falseViolations: 0 });
      const lossy = figures?.find(({ name }) => name === 'lossy');
      expect(lossy?.truth.probes).toBeGreaterThan(0);
      expect(lossy?.product.inTime).toBeGreaterThan(0);
      const truth = readFileSync(lab.truthFile, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(truth.filter(({ type }) => type === 'fault')).toHaveLength(6);
      expect(truth.filter(({ type }) => type === 'target')).toHaveLength(24);
      expect(lines.join('\n')).toContain('power (outage) begins');
      expect(await lab.responder?.readCounts()).toMatchObject({ full: 0 });
    });

    it('traces targets by itself when they go bad, up to the hop where packets end', async () => {
      const ips = lab.world.targets.filter(({ site }) => site?.name === 'south-s1').map(({ ip }) => ip);
      const badTraces = async (): Promise<string[]> => {
        const pages = ips.map((ip) =>
          product.callApi<{ items: { id: string; cause: string }[] }>('GET', `targets/${ip}/traces`),
        );
        return (await Promise.all(pages))
          .flatMap(({ items }) => items.filter(({ cause }) => cause === 'bad'))
          .map(({ id }) => id);
      };
      await expect
        .poll(async () => (await badTraces()).length, { timeout: 60_000, interval: 1_000 })
        .toBeGreaterThan(0);
      const [id = ''] = await badTraces();
      const { trace } = await product.callApi<StoredTrace>('GET', `traces/${id}`);
      expect(trace.addresses.some((address) => address.startsWith('100.64.'))).toBe(true);
    });

    it('removes what it made: targets, agents, namespaces', async () => {
      await lab.close();
      const { total } = await product.callApi<{ total: number }>('GET', 'targets?filter=tier%3Dlab');
      expect(total).toBe(0);
      const agents = await product.callApi<{ items: { name: string }[] }>('GET', 'agents');
      expect(agents.items.map(({ name }) => name)).toEqual(['local']);
      for (const name of [lab.namespaces.core, ...lab.namespaces.agents]) expect(namespaces()).not.toContain(name);
      expect(existsSync(path.join(product.dir, 'lab/run.json'))).toBe(false);
    });

    it('runs once at a time by its command, removes what a killed one left, and ends by Ctrl-C', async () => {
      const file = path.join(product.dir, 'small.yaml');
      writeFileSync(file, SCENARIO.replace('durationS: 20', 'durationS: 600'));
      const start = () => new LabCommand(product.dir, ['--scenario', file, '--interval', String(INTERVAL_S)]);
      const killed = start();
      await killed.prints('50 of 50 targets are up');
      const second = start();
      expect(await second.ended).toBe(1);
      expect(second.output).toContain(`Process ${killed.pid} runs a lab here already`);
      expect((await product.callApi<{ up: number }>('GET', 'targets/counts?filter=tier%3Dlab')).up).toBeGreaterThan(40);
      killed.signal('SIGKILL');
      await killed.ended;
      expect(namespaces()).toContain(`icmpmon-lab-${killed.pid}-core`);
      const third = start();
      await third.prints('Removed 3 namespaces of an interrupted lab');
      expect(namespaces()).not.toContain(`icmpmon-lab-${killed.pid}-`);
      await third.prints('50 of 50 targets are up');
      await third.prints(`Dashboard     ${product.access.portalUrl}/`);
      third.signal('SIGINT');
      expect(await third.ended).toBe(0);
      expect(namespaces()).not.toContain('icmpmon-lab-');
      expect((await product.callApi<{ total: number }>('GET', 'targets?filter=tier%3Dlab')).total).toBe(0);
    });
  },
);
