import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pause } from '@icmp-mon/platform/concurrency';
import { compress } from '@icmp-mon/platform/zstd';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProbingAgent } from './agent';
import { FakeGateway } from './fake-gateway.test-server';
import { canonicalFamily } from './policy/canonical-ip';

const WITHIN = { timeout: 30_000, interval: 50 };
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const FLOODED = '127.5.0.1';
const CANARIES = ['127.127.127.127', '::1'];
/** Forms that other programs would accept as an address, or as something else. */
const SMUGGLED = [
  ...['127.1', '0x7f000001', '2130706433', '017700000001', '-f/etc/passwd', '$(id)', `${FLOODED}\n10.0.0.9`],
  ...[`${FLOODED}\0`, 'fe80::1%eth0', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '0.0.0.0/0', '::/0', 'localhost'],
];

/** Everything that reaches the network passes fping: this replaces it, records its input, and replies to nothing. */
const RECORDER = `#!/bin/sh
if [ "$1" = -v ]; then echo "fping: Version 5.1"; exit; fi
while IFS= read -r ip; do echo "$(date +%s%3N) $ip"; done >>"DIR/probed"
env >>"DIR/environment"
printf '%s\\n' "$*" >>"DIR/arguments"
`;

/** Redirects every request while `redirectsTo` is set. */
class RedirectingGateway extends FakeGateway {
  redirectsTo = '';
  redirected = 0;

  protected override handle(request: IncomingMessage, response: ServerResponse, isEnrolment: boolean): void {
    if (this.redirectsTo === '') return super.handle(request, response, isEnrolment);
    this.redirected++;
    response.writeHead(307, { location: this.redirectsTo }).end();
  }
}

describe('an agent whose gateway is hostile', () => {
  let dir: string;
  let gateway: RedirectingGateway;
  let agent: ProbingAgent | undefined;
  let elsewhere: Server;
  let connections = 0;

  beforeEach(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'hostile-'));
    gateway = new RedirectingGateway();
    await gateway.listenOn();
    writeFileSync(
      path.join(dir, 'policy.yaml'),
      'allow: ["127.5.0.0/16"]\ndeny: ["127.5.9.0/24"]\npacketsPerSecond: 50\n',
    );
    writeFileSync(path.join(dir, 'fping'), RECORDER.replaceAll('DIR', dir), { mode: 0o755 });
    writeFileSync(path.join(dir, 'probed'), '');
    elsewhere = createServer(() => connections++).listen(0, '127.0.0.1');
    connections = 0;
  });
  afterEach(async () => {
    await agent?.stop();
    await gateway.close();
    elsewhere.close();
    rmSync(dir, { recursive: true });
  });

  function start(): void {
    agent = new ProbingAgent({
      ...{ enrolUrl: gateway.enrolUrl, enrolToken: 'right', caSha256: gateway.caSha256, compress, log: SILENT },
      ...{ name: 'pop-1', region: 'r', provider: 'p', tags: {}, agentVersion: 'test', spoolBytesMax: 64 * 1024 * 1024 },
      ...{ stateDir: path.join(dir, 'state'), policyFile: path.join(dir, 'policy.yaml') },
      fpingPath: path.join(dir, 'fping'),
    });
    agent.start((error) => {
      throw error;
    });
  }

  const probed = (): { atMs: number; ip: string }[] =>
    readFileSync(path.join(dir, 'probed'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ atMs: Number(line.split(' ')[0]), ip: line.slice(line.indexOf(' ') + 1) }))
      .filter(({ ip }) => !CANARIES.includes(ip));

  /** Orders one million packets per second: targets of an interval of one millisecond. */
  const flood = (ips: readonly string[]): void => gateway.assignTargets(ips, 1, 0);

  it('sends one address no more packets than the policy file allows when ordered 1,000,000 per second', async () => {
    flood(Array<string>(1_000).fill(FLOODED));
    start();
    await expect.poll(() => gateway.telemetry?.policyRefusedTargets, WITHIN).toBe(990);
    const fromMs = Date.now();
    await pause(6_000);
    const packets = probed().filter(({ atMs, ip }) => ip === FLOODED && atMs >= fromMs);
    expect(packets.length).toBeGreaterThan(10);
    // 10 per second, in slices of a second that may begin before and end after.
    expect(packets.length).toBeLessThanOrEqual(7 * 10);
  });

  it('probes an address no more often when its targets are replaced again and again', async () => {
    start();
    const fromMs = Date.now();
    for (let at = 0; at < 24; at++) {
      flood(Array<string>(10).fill(FLOODED));
      const { assigned } = gateway.assignments;
      for (const target of assigned) target.key += at * 10;
      await pause(250);
    }
    await expect.poll(() => probed().length, WITHIN).toBeGreaterThan(5);
    const seconds = (Date.now() - fromMs) / 1_000 + 1;
    expect(probed().length).toBeLessThanOrEqual(seconds * 11);
  });

  it('sends nothing to denied addresses, and hands fping only canonical ones, without environment', async () => {
    flood([...SMUGGLED, '127.5.9.1', '10.0.0.1', '224.0.0.1', '169.254.169.254', '255.255.255.255', FLOODED]);
    start();
    await expect.poll(() => gateway.telemetry?.policyRefusedTargets, WITHIN).toBe(SMUGGLED.length + 5);
    await expect.poll(() => probed().length, WITHIN).toBeGreaterThan(2);
    expect(new Set(probed().map(({ ip }) => ip))).toEqual(new Set([FLOODED]));
    expect(probed().every(({ ip }) => canonicalFamily(ip) !== 0)).toBe(true);
    expect(readFileSync(path.join(dir, 'arguments'), 'utf8')).toMatch(/^(-c 1 -t \d+ -i [\d.]+ -D\n)+$/);
    expect(readFileSync(path.join(dir, 'environment'), 'utf8').replaceAll(/^(PWD|_|SHLVL|OLDPWD)=.*\n/gm, '')).toBe('');
  });

  it('follows no redirect of its gateway, and probes on', async () => {
    gateway.assignTargets([FLOODED]);
    start();
    await expect.poll(() => probed().length, WITHIN).toBeGreaterThan(0);
    gateway.redirectsTo = `https://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    gateway.assignTargets(['10.0.0.1']);
    const before = probed().length;
    await expect.poll(() => probed().length, WITHIN).toBeGreaterThan(before + 2);
    await pause(1_000);
    expect(gateway.redirected).toBeGreaterThan(0);
    expect(connections).toBe(0);
  });
});
