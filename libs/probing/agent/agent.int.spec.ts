import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { AgentTelemetry } from '@icmp-mon/agents/contract';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { LANE } from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentOptions, EnrolledAnew, ProbingAgent } from './agent';
import { CertificateRenewal } from './enrol/certificate-renewal';
import { makeKeyPem } from './enrol/certificate-request';
import { enrol } from './enrol/enrol';
import { expiryOf, type Identity, IdentityStore } from './enrol/identity-store';
import { FakeGateway } from './fake-gateway.test-server';
import { makePrivateDir } from './private-file';
import { GatewayClient } from './ship/gateway-client';

const WITHIN = { timeout: 30_000, interval: 50 };
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const IPS = Array.from({ length: 12 }, (_, at) => `127.4.0.${at + 1}`);

describe('the agent', () => {
  let dir: string;
  let gateway: FakeGateway;
  let logged: { level: string; fields: object; message: string }[];
  const running: ProbingAgent[] = [];

  beforeEach(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'agent-'));
    gateway = await FakeGateway.open();
    writeFileSync(path.join(dir, 'policy.yaml'), 'allow: ["127.0.0.0/8"]\n');
    logged = [];
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((agent) => agent.stop()));
    await gateway.close();
    rmSync(dir, { recursive: true });
  });

  function started(
    options: Partial<AgentOptions> = {},
    onFatal: (error: unknown) => void = (error) => {
      throw error;
    },
  ): ProbingAgent {
    const keep = (level: string) => (fields: object, message: string) => logged.push({ level, fields, message });
    const agent = new ProbingAgent({
      enrolUrl: gateway.enrolUrl,
      enrolToken: 'right',
      caSha256: gateway.caSha256,
      name: 'pop-1',
      region: 'r',
      provider: 'p',
      tags: {},
      agentVersion: 'test',
      stateDir: path.join(dir, 'state'),
      policyFile: path.join(dir, 'policy.yaml'),
      fpingPath: undefined,
      spoolBytesMax: 64 * 1024 * 1024,
      compress,
      log: { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') },
      ...options,
    });
    agent.start(onFatal);
    running.push(agent);
    return agent;
  }

  async function stopped(agent: ProbingAgent): Promise<void> {
    running.splice(running.indexOf(agent), 1);
    await agent.stop();
  }

  const said = (text: string): boolean =>
    logged.some(({ message, fields }) => message.includes(text) || JSON.stringify(fields).includes(text));
  const keysSeen = (): number => new Set(gateway.results.map(([key]) => key)).size;
  const since = (atMs: number): number => gateway.results.filter(([, sentAtMs]) => sentAtMs >= atMs).length;

  it('enrols, probes its assigned targets and ships the results', async () => {
    gateway.assignTargets(IPS);
    const agent = started();
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    expect(gateway.results.every(([, , outcome, rttUs]) => outcome === OUTCOME.reply && rttUs > 0)).toBe(true);
    for (const { header } of gateway.blocks.values()) {
      expect(header).toMatchObject({ lane: LANE.live, policyVersion: gateway.assignments.version });
    }
    await expect.poll(() => gateway.telemetry?.targets, WITHIN).toBe(IPS.length);
    expect(gateway.telemetry?.executors[0]).toMatchObject({ type: 'icmp_ping', state: 'ok' });
    expect(gateway.telemetry?.spoolBytesMax).toBe(64 * 1024 * 1024);
    await expect.poll(() => Object.values(agent.readiness()).every(({ ok }) => ok), WITHIN).toBe(true);
    gateway.assignTargets(IPS.slice(0, 3));
    await expect.poll(() => agent.session?.gauges().targets, WITHIN).toBe(3);
  });

  it('stores its secrets privately, and does not enrol again after a restart', async () => {
    gateway.assignTargets(IPS);
    const agent = started();
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    await stopped(agent);
    const state = path.join(dir, 'state');
    expect(statSync(state).mode & 0o777).toBe(0o700);
    for (const file of ['agent.key', 'agent.json', 'agent.crt', 'ca.crt', 'assignments.json', 'boot', 'spool.db']) {
      expect(statSync(path.join(state, file)).mode & 0o777).toBe(0o600);
    }
    const before = gateway.blocks.size;
    const key = readFileSync(path.join(state, 'agent.key'), 'utf8');
    started({ enrolToken: undefined });
    await expect.poll(() => gateway.blocks.size, WITHIN).toBeGreaterThan(before);
    expect(gateway.enrolments).toBe(1);
    expect(readFileSync(path.join(state, 'agent.key'), 'utf8')).toBe(key);
    expect(readdirSync(state).filter((file) => file.endsWith('.new'))).toEqual([]);
  });

  it('logs what to do when it cannot enrol', async () => {
    const spent = started({ enrolToken: 'spent' });
    await expect.poll(() => said('make a new one in the portal'), WITHIN).toBe(true);
    expect(spent.readiness()['enrolment']).toMatchObject({ ok: false, detail: expect.stringContaining('spent') });
    await stopped(spent);
    const foreign = started({ caSha256: 'ab'.repeat(32) });
    await expect.poll(() => said('another installation'), WITHIN).toBe(true);
    await stopped(foreign);
    const without = started({ enrolToken: undefined });
    await expect.poll(() => said('Set ICMPMON_AGENT_ENROL_TOKEN'), WITHIN).toBe(true);
    await stopped(without);
    expect(gateway.enrolments).toBe(0);
  });

  it('probes after a restart without a gateway, and ships every result later exactly once', async () => {
    gateway.assignTargets(IPS);
    const first = started();
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    await stopped(first);
    gateway.mode = 'unavailable';
    const awayFromMs = Date.now();
    const agent = started({ enrolToken: undefined });
    await expect.poll(() => agent.session?.gauges().spoolOldestS, WITHIN).toBeGreaterThan(6);
    expect(since(awayFromMs)).toBe(0);
    gateway.mode = 'takes';
    await expect.poll(() => agent.session?.gauges().spoolBlocks, WITHIN).toBeLessThan(5);
    const lanes = new Set([...gateway.blocks.values()].map(({ header }) => header.lane));
    expect(lanes).toEqual(new Set([LANE.live, LANE.backfill]));
    await stopped(agent);
    expect(gateway.overtaken).toBe(0);
    const probes = gateway.results.map(([key, atMs]) => `${key}/${atMs}`);
    expect(gateway.results.filter((_, at) => probes.indexOf(probes[at] ?? '') !== at)).toEqual([]);
  });

  it('sends blocks again under the same identity after a lost answer or a broken connection', async () => {
    gateway.assignTargets(IPS);
    gateway.mode = 'forgetful';
    const agent = started();
    await expect.poll(() => gateway.repeats, WITHIN).toBeGreaterThan(1);
    gateway.mode = 'resets';
    const { uploads } = gateway;
    await expect.poll(() => said('shipping failed'), WITHIN).toBe(true);
    expect(gateway.uploads).toBe(uploads);
    gateway.mode = 'takes';
    await expect.poll(() => agent.session?.gauges().spoolBlocks, WITHIN).toBeLessThan(5);
    await stopped(agent);
    expect(gateway.overtaken).toBe(0);
    expect(new Set(gateway.results.map(([key, atMs]) => `${key}/${atMs}`)).size).toBe(gateway.results.length);
  });

  it('sets a refused block aside and continues with the rest', async () => {
    gateway.assignTargets(IPS);
    gateway.mode = 'refuses-first';
    const agent = started();
    await expect.poll(() => agent.session?.gauges().spoolQuarantined, WITHIN).toBeGreaterThan(0);
    gateway.mode = 'takes';
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    expect(said('blocks refused permanently')).toBe(true);
  });

  it('gives its own policy precedence over the server, and applies a change immediately', async () => {
    gateway.assignTargets(['127.4.0.1', '10.0.0.1', '224.0.0.1', '127.1', '-f/etc/passwd']);
    const agent = started();
    await expect.poll(() => gateway.telemetry?.policyRefusedTargets, WITHIN).toBe(4);
    expect(said('the policy file refuses')).toBe(true);
    await expect.poll(keysSeen, WITHIN).toBe(1);
    await expect.poll(() => gateway.policy, WITHIN).toMatchObject({ allow: ['127.0.0.0/8'], stopped: false });
    writeFileSync(path.join(dir, 'policy.yaml'), 'stopped: true\n');
    await expect.poll(() => agent.session?.gauges().targets, WITHIN).toBe(0);
    await expect.poll(() => gateway.policy, WITHIN).toMatchObject({ allow: null, stopped: true, refusedKeys: [] });
  });

  it('reports by key which targets exceed the packet rate', async () => {
    writeFileSync(path.join(dir, 'policy.yaml'), 'allow: ["127.0.0.0/8"]\npacketsPerSecond: 2\n');
    gateway.assignTargets(['127.4.0.1', '127.4.0.2', '127.4.0.3', '127.4.0.4']);
    started();
    await expect.poll(() => gateway.policy, WITHIN).toMatchObject({ packetsPerSecond: 2, refusedKeys: [3, 1] });
  });

  it('has no data, and reports the reason, when fping is missing', async () => {
    gateway.assignTargets(IPS);
    const agent = started({ fpingPath: path.join(dir, 'no-fping') });
    await expect.poll(() => gateway.telemetry?.executors[0]?.state, WITHIN).toBe('missing');
    expect(agent.readiness()['probing']).toMatchObject({ ok: false, detail: expect.stringContaining('install fping') });
    expect(said('probing has no data')).toBe(true);
    expect(gateway.results).toEqual([]);
  });

  it.each([
    ['unsupported_version', 'Version 4.2', 'fping 5.0 or later'],
    ['deaf', 'Version 5.1', 'receives no IPv4 replies'],
  ])('has no data, and reports the reason, when fping is %s', async (state, version, says) => {
    const fpingPath = path.join(dir, 'fping');
    const timesOut = `while read -r ip; do printf '[%s.0] %s : [0], timed out (NaN avg, 100%% loss)\\n' $(date +%s) $ip; done`;
    const text = `#!/bin/sh\nif [ "$1" = -v ]; then echo "fping: ${version}"; exit; fi\n${timesOut}\nexit 1\n`;
    writeFileSync(fpingPath, text, { mode: 0o755 });
    gateway.assignTargets(IPS);
    const agent = started({ fpingPath });
    await expect.poll(() => gateway.telemetry?.executors[0]?.state, WITHIN).toBe(state);
    expect(agent.readiness()['probing']).toMatchObject({ ok: false, detail: expect.stringContaining(says) });
    expect(said('probing has no data')).toBe(true);
    await expect.poll(() => gateway.telemetry?.unmeasuredPerS ?? 0, WITHIN).toBeGreaterThan(0);
    expect(gateway.results).toEqual([]);
  });

  it('renews its certificate at half of its lifetime, keeps the key, and is still accepted', async () => {
    const stateDir = path.join(dir, 'state');
    const agent = started();
    await expect.poll(() => agent.session !== undefined, WITHIN).toBe(true);
    await stopped(agent);
    const store = new IdentityStore(stateDir);
    const identity = store.loadIdentity();
    if (identity === undefined) throw new Error('the agent has no identity');
    const client = new GatewayClient(identity);
    const renewal = new CertificateRenewal({
      identity,
      store,
      gateway: client,
      enrolUrl: gateway.enrolUrl,
      log: SILENT,
    });
    const { fromMs, toMs } = expiryOf(identity);
    await renewal.renewIfDue(fromMs + (toMs - fromMs) / 3);
    expect(gateway.renewals).toBe(0);
    await renewal.renewIfDue(fromMs + (toMs - fromMs) * 0.6);
    expect(gateway.renewals).toBe(1);
    expect(renewal.failure).toBeUndefined();
    const renewed = store.loadIdentity();
    expect(renewed).toMatchObject({ agentId: identity.agentId, keyPem: identity.keyPem });
    expect(renewed?.certificatePem).not.toBe(identity.certificatePem);
    expect(await client.fetchAssignments(0, new AbortController().signal)).toMatchObject({ full: true });
    client.close();
  });

  it('probes with an expired certificate, and gets a new one with its key, without a token', async () => {
    gateway.assignTargets(IPS);
    const identity = await expired();
    gateway.returning = 'works';
    const agent = started({ enrolToken: undefined });
    await expect.poll(() => agent.session?.gauges().targets, WITHIN).toBe(IPS.length);
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    await expect.poll(() => Object.values(agent.readiness()).every(({ ok }) => ok), WITHIN).toBe(true);
    expect({ returns: gateway.returns, enrolments: gateway.enrolments }).toEqual({ returns: 1, enrolments: 1 });
    expect(loaded()).toMatchObject({ agentId: identity.agentId, keyPem: identity.keyPem });
    expect(said('requested with the agent key')).toBe(true);
  });

  it('enrols again with its token at a gateway that issues no certificate for a key', async () => {
    await expired();
    gateway.assignTargets(IPS);
    const fatal: unknown[] = [];
    const agent = started({}, (error) => fatal.push(error));
    await expect.poll(() => fatal, WITHIN).toEqual([expect.any(EnrolledAnew)]);
    await stopped(agent);
    expect(gateway.enrolments).toBe(2);
    expect(said('has to enrol again')).toBe(true);
    started();
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
  });

  it('gets a new certificate with its key when the gateway does not know the old one, without a restart', async () => {
    gateway.assignTargets(IPS);
    const agent = started();
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    gateway.refusal = 'certificate_replaced';
    gateway.returning = 'works';
    gateway.forgetAgents();
    await expect.poll(() => gateway.returns, WITHIN).toBe(1);
    const fromMs = Date.now();
    await expect.poll(() => since(fromMs), WITHIN).toBeGreaterThan(0);
    expect(agent.session?.gauges().targets).toBe(IPS.length);
  });

  it.each(['agent_evicted', 'agent_banned', 'agent_retired', 'certificate_replaced'] as const)(
    'stops probing and reports it when it is refused as %s, and resumes once that is over',
    async (refusal) => {
      gateway.assignTargets(IPS);
      const put = started();
      await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
      gateway.token = 'another';
      gateway.refusal = refusal;
      gateway.returning = refusal;
      gateway.forgetAgents();
      await expect.poll(() => put.session?.gauges().targets, WITHIN).toBe(0);
      expect(put.readiness()['probing']).toMatchObject({
        ok: false,
        detail: expect.stringContaining('not probing'),
      });
      expect(put.readiness()['enrolment']).toMatchObject({ ok: false });
      gateway.restoreAgents();
      await expect.poll(() => put.session?.gauges().targets, WITHIN).toBe(IPS.length);
      await expect.poll(() => Object.values(put.readiness()).every(({ ok }) => ok), WITHIN).toBe(true);
    },
  );

  it('joins again after an eviction with a token that names it', async () => {
    gateway.assignTargets(IPS);
    const agent = started();
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    await stopped(agent);
    gateway.refusal = 'agent_evicted';
    gateway.token = 'names it';
    gateway.forgetAgents();
    const fatal: unknown[] = [];
    started({ enrolToken: 'names it' }, (error) => fatal.push(error));
    await expect.poll(() => fatal, WITHIN).toEqual([expect.any(EnrolledAnew)]);
    expect(gateway.enrolments).toBe(2);
  });

  it('accepts a spent token as its own when its key is already bound: the answer was lost', async () => {
    const stateDir = path.join(dir, 'state');
    makePrivateDir(stateDir);
    new IdentityStore(stateDir).saveKey(makeKeyPem());
    gateway.returning = 'works';
    gateway.assignTargets(IPS);
    started({ enrolToken: 'spent' });
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    expect({ returns: gateway.returns, enrolments: gateway.enrolments }).toEqual({ returns: 1, enrolments: 0 });
  });

  it('reports the description in its settings, and which part is not in force', async () => {
    gateway.described = { name: 'pop-0', region: 'r' };
    const agent = started({ tags: { site: 'ams' } });
    await expect.poll(() => gateway.descriptions.length, WITHIN).toBe(1);
    expect(gateway.descriptions[0]).toEqual({ name: 'pop-1', region: 'r', provider: 'p', tags: { site: 'ams' } });
    await expect.poll(() => said('ICMPMON_AGENT_NAME=pop-1'), WITHIN).toBe(true);
    expect(agent.readiness()['description']).toMatchObject({
      ok: true,
      detail: expect.stringContaining('not in force'),
    });
    await expect.poll(() => gateway.telemetry?.configured, WITHIN).toEqual({ name: 'pop-1', region: 'r' });
  });

  it('names each refused field of an enrolment, with its value and its rule', async () => {
    gateway.fieldErrors = [{ pointer: '#/name', detail: 'is letters and digits' }];
    const agent = started({ name: 'pop_fra_1' });
    await expect.poll(() => said('ICMPMON_AGENT_NAME="pop_fra_1" is letters and digits'), WITHIN).toBe(true);
    await stopped(agent);
  });

  it('keeps its certificate when only its own clock, or no clock, shows that it has expired', async () => {
    await expired();
    gateway.aheadMs = -86_400_000;
    const wrongClock = started();
    await expect.poll(() => wrongClock.session !== undefined, WITHIN).toBe(true);
    await stopped(wrongClock);
    const away = started({ enrolUrl: 'https://127.0.0.1:1' });
    await expect.poll(() => away.session !== undefined, WITHIN).toBe(true);
    expect(away.readiness()['assignments']).toMatchObject({ ok: false });
    expect(gateway.enrolments).toBe(1);
  });

  it('detects by the gateway’s clock that its certificate has expired', async () => {
    const { identity, client, renewal } = await renewing();
    gateway.aheadMs = expiryOf(identity).toMs - Date.now() - 30_000;
    await renewal.checkCertificate();
    expect(client.isSilent).toBe(true);
    expect(client.refusal).toBeUndefined();
    gateway.aheadMs = 0;
    await renewal.checkCertificate();
    expect(client.refusal).toBe('certificate_expired');
    client.close();
  });

  it('detects that its certificate is not valid yet, because it was issued while the gateway’s clock was ahead', async () => {
    const { client, renewal } = await renewing();
    gateway.aheadMs = -10 * 86_400_000;
    await renewal.checkCertificate();
    expect(client.refusal).toBe('certificate_expired');
    client.close();
  });

  it('enrols again while running when the gateway no longer knows it, and uses the new identity after a restart', async () => {
    gateway.assignTargets(IPS);
    const fatal: unknown[] = [];
    const agent = started({}, (error) => fatal.push(error));
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    const before = loaded();
    gateway.token = 'newer';
    gateway.forgetAgents();
    await expect.poll(() => agent.readiness()['enrolment'], WITHIN).toMatchObject({ ok: false });
    expect(loaded()).toEqual(before);
    await stopped(agent);
    expect(fatal).toEqual([]);
    const next = started({ enrolToken: 'newer' }, (error) => fatal.push(error));
    await expect.poll(() => fatal, WITHIN).toEqual([expect.any(EnrolledAnew)]);
    await stopped(next);
    expect(readdirSync(path.join(dir, 'state'))).not.toContain('assignments.json');
    const last = started({ enrolToken: undefined });
    await expect.poll(() => Object.values(last.readiness()).every(({ ok }) => ok), WITHIN).toBe(true);
    expect(gateway.enrolments).toBe(2);
    expect(loaded().certificatePem).not.toBe(before.certificatePem);
  });

  it('does not enrol again after a newer enrolment replaced it, and is not ready', async () => {
    gateway.assignTargets(IPS);
    const first = started();
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    await stopped(first);
    gateway.refusal = 'certificate_replaced';
    gateway.forgetAgents();
    const agent = started();
    await expect.poll(() => agent.readiness()['assignments']?.detail, WITHIN).toContain('403');
    expect(agent.readiness()['assignments']).toMatchObject({ ok: false });
    expect(gateway.enrolments).toBe(1);
  });

  it('knows its clock offset, also right after the clock was set', async () => {
    const agent = started();
    await expect.poll(() => agent.session !== undefined, WITHIN).toBe(true);
    await stopped(agent);
    let offMs = 0;
    const client = new GatewayClient(loaded(), () => Date.now() + offMs);
    for (const setMs of [0, 3 * 86_400_000, -2 * 3_600_000, 5_000, 0]) {
      offMs = setMs;
      await client.sendTelemetry({} as AgentTelemetry, new AbortController().signal);
      expect(Math.abs(client.clockOffsetMs - setMs)).toBeLessThan(2_000);
    }
    client.close();
  });

  it('ships misses on the backfill lane if its own connection was down at the time, and live otherwise', async () => {
    const disconnected = path.join(dir, 'disconnected');
    const fping = path.join(dir, 'fping');
    const missAll = `while read ip; do case $ip in 127.127.*) outcome="64 bytes, 0.1 ms (0.1 avg, 0% loss)";; *) outcome="timed out (NaN avg, 100% loss)";; esac
      echo "[$(/bin/date +%s.%N | /usr/bin/cut -c 1-16)] $ip : [0], $outcome"; done; exit 1`;
    const script = `#!/bin/sh\nif [ "$1" != -v ] && [ -e ${disconnected} ]; then ${missAll}; fi\nexec /usr/bin/fping "$@"\n`;
    writeFileSync(fping, script, { mode: 0o755 });
    gateway.assignTargets(IPS);
    const agent = started({ fpingPath: fping });
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    const misses = (lane?: number): number =>
      [...gateway.blocks.values()]
        .filter(({ header }) => lane === undefined || header.lane === lane)
        .flatMap(({ results }) => results.filter(([, , outcome]) => outcome === OUTCOME.timeout)).length;

    gateway.mode = 'resets';
    // The upload that is repeated during the outage has its blocks before the first miss.
    await expect.poll(() => said('shipping failed'), WITHIN).toBe(true);
    writeFileSync(disconnected, '');
    const resultsThen = agent.session?.counters().results ?? 0;
    // An outage is at least 5 s without a reply: more rounds than that, because the first ones may have begun before it.
    await expect.poll(() => agent.session?.counters().results, WITHIN).toBeGreaterThan(resultsThen + 8 * IPS.length);
    rmSync(disconnected);
    gateway.mode = 'takes';
    const reconnectedMs = Date.now();
    await expect.poll(() => misses(LANE.backfill), WITHIN).toBeGreaterThan(IPS.length);
    await expect.poll(() => since(reconnectedMs), WITHIN).toBeGreaterThan(0);
    // A round that was under way when the first target replied again.
    expect(misses(LANE.live)).toBeLessThanOrEqual(IPS.length);

    const before = misses(LANE.live);
    writeFileSync(disconnected, '');
    await expect.poll(() => misses(LANE.live), WITHIN).toBeGreaterThan(before + 2 * IPS.length);
  });

  it('continues under a new boot after its machine was restored to an earlier state', async () => {
    gateway.assignTargets(IPS);
    started();
    await expect.poll(keysSeen, WITHIN).toBe(IPS.length);
    const bootOfLast = (): number => [...gateway.blocks.values()].at(-1)?.header.boot ?? 0;
    const before = bootOfLast();
    gateway.aheadMs = 3 * 3_600_000;
    await expect.poll(bootOfLast, WITHIN).toBeGreaterThanOrEqual(before + (3 * 3_600_000) / 1_000);
    expect(gateway.overtaken).toBe(0);
  });

  it('renews once, not every minute, while its clock is ahead', async () => {
    const agent = started();
    await expect.poll(() => agent.session !== undefined, WITHIN).toBe(true);
    await stopped(agent);
    const identity = loaded();
    const store = new IdentityStore(path.join(dir, 'state'));
    const client = new GatewayClient(identity);
    const { toMs } = expiryOf(identity);
    const { enrolUrl } = gateway;
    const nowMs = (): number => toMs + 1;
    const renewal = new CertificateRenewal({ identity, store, gateway: client, enrolUrl, log: SILENT, nowMs });
    for (let checks = 0; checks < 3; checks++) await renewal.checkCertificate();
    expect(gateway.renewals).toBe(1);
    client.close();
    // Once the offset is known, not even once.
    const knowing = { clockOffsetMs: toMs - Date.now(), isSilent: false, refusal: undefined };
    const other = new CertificateRenewal({
      identity,
      store,
      gateway: {
        ...knowing,
        renewCertificate: () => client.renewCertificate('', new AbortController().signal),
        useIdentity: () => undefined,
        recordRefusal: () => undefined,
      },
      enrolUrl,
      log: SILENT,
      nowMs,
    });
    await other.checkCertificate();
    expect(other.failure).toBeUndefined();
    expect(gateway.renewals).toBe(1);
  });

  function loaded(): Identity {
    const identity = new IdentityStore(path.join(dir, 'state')).loadIdentity();
    if (identity === undefined) throw new Error('the agent has no identity');
    return identity;
  }

  /** The renewal of an expired certificate. */
  async function renewing(): Promise<{ identity: Identity; client: GatewayClient; renewal: CertificateRenewal }> {
    const identity = await expired();
    const store = new IdentityStore(path.join(dir, 'state'));
    const client = new GatewayClient(identity);
    const { enrolUrl } = gateway;
    const renewal = new CertificateRenewal({ identity, store, gateway: client, enrolUrl, log: SILENT });
    return { identity, client, renewal };
  }

  /** Fills the state folder like an agent whose certificate has since expired. */
  async function expired(): Promise<Identity> {
    const stateDir = path.join(dir, 'state');
    makePrivateDir(stateDir);
    gateway.certificateLifeMs = 1;
    const identity = await enrol({
      enrolUrl: gateway.enrolUrl,
      caSha256: gateway.caSha256,
      token: 'right',
      name: 'pop-1',
      region: 'r',
      provider: 'p',
      tags: {},
      agentVersion: 'test',
      stateDir,
      store: new IdentityStore(stateDir),
      log: SILENT,
      onFailure: () => undefined,
      signal: new AbortController().signal,
    });
    gateway.certificateLifeMs = 3_600_000;
    if (identity === undefined) throw new Error('the agent has no identity');
    await expect.poll(() => Date.now() > expiryOf(identity).toMs, WITHIN).toBe(true);
    return identity;
  }
});
