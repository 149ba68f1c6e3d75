import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { X509Certificate } from 'node:crypto';
import type { AgentEnrolled } from '@icmp-mon/agents/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { acceptsCertificate, AGENT, enrol, renew, type AgentState } from './agent';
import { connectionOf } from './agent-view';
import { CertificateAuthority, readAuthority } from './certificate-authority';
import { readEnrolRequest } from './enrol-request';
import { readTelemetry } from './telemetry';

const enrolled: AgentEnrolled['data'] = {
  agentId: '01936d2e-7c1a-7b3e-9a51-0242ac120003',
  name: 'lab',
  region: 'eu',
  provider: 'p',
  tags: {},
  capacityPps: null,
  certificateSha256: 'A',
  notAfter: '2026-11-23T00:00:00.000Z',
};
const renewal = (certificateSha256: string, replacesSha256: string): Parameters<typeof renew>[1] => ({
  agentId: enrolled.agentId,
  certificateSha256,
  replacesSha256,
  notAfter: '2026-11-24T00:00:00.000Z',
});

function given(...renewals: [certificate: string, replaces: string][]): AgentState {
  const state = enrol(enrolled).reduce(AGENT.evolve, AGENT.initial);
  return renewals.reduce(
    (before, [certificate, replaces]) => renew(before, renewal(certificate, replaces)).reduce(AGENT.evolve, before),
    state,
  );
}

describe('an agent’s certificates', () => {
  it('are none before it is enrolled', () => {
    expect(acceptsCertificate(AGENT.initial, 'A')).toBe(false);
    expect(renew(AGENT.initial, renewal('B', 'A'))).toEqual([]);
  });

  it('are the enrolled one, and after a renewal the one that asked for it as well', () => {
    expect(acceptsCertificate(given(), 'A')).toBe(true);
    const renewed = given(['B', 'A']);
    expect(['A', 'B', 'C'].map((sha256) => acceptsCertificate(renewed, sha256))).toEqual([true, true, false]);
  });

  it('lose the oldest with the next renewal', () => {
    expect(['A', 'B', 'C'].map((sha256) => acceptsCertificate(given(['B', 'A'], ['C', 'B']), sha256))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('keep the one in use when the answer to a renewal was lost', () => {
    expect(['A', 'B', 'C'].map((sha256) => acceptsCertificate(given(['B', 'A'], ['C', 'A']), sha256))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('end with a new enrolment', () => {
    const again = enrol({ ...enrolled, certificateSha256: 'Z' }).reduce(AGENT.evolve, given(['B', 'A']));
    expect(['A', 'B', 'Z'].map((sha256) => acceptsCertificate(again, sha256))).toEqual([false, false, true]);
    expect(renew(again, renewal('C', 'B'))).toEqual([]);
  });
});

describe('the connection of an agent', () => {
  it('follows the age of its last report', () => {
    const receivedAt = new Date(0);
    expect(connectionOf(undefined, 0)).toBe('enrolled');
    expect([0, 14_999, 15_000, 59_999, 60_000].map((nowMs) => connectionOf({ receivedAt }, nowMs))).toEqual([
      'connected',
      'connected',
      'late',
      'late',
      'lost',
    ]);
  });
});

describe('the certificate authority', () => {
  const folders: string[] = [];
  afterEach(async () => {
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
  });

  async function folder(): Promise<string> {
    const made = await mkdtemp(path.join(tmpdir(), 'icmpmon-test-ca-'));
    folders.push(made);
    return made;
  }

  it('is one, however many open it for the first time at once', async () => {
    const dir = await folder();
    expect(await readAuthority(dir)).toBeNull();
    const opened = await Promise.all(Array.from({ length: 8 }, () => CertificateAuthority.open(dir)));
    expect(new Set(opened.map(({ sha256 }) => sha256)).size).toBe(1);
    expect((await readdir(dir)).sort()).toEqual(['ca.crt', 'ca.key']);
    expect((await stat(path.join(dir, 'ca.key'))).mode & 0o777).toBe(0o600);
    expect(await readAuthority(dir)).toEqual({ pem: opened[0].pem, sha256: opened[0].sha256 });
  });

  it('keeps its key when only the certificate was lost on the way', async () => {
    const dir = await folder();
    await CertificateAuthority.open(dir);
    await rm(path.join(dir, 'ca.crt'));
    const { pem } = await CertificateAuthority.open(dir);
    const { cert } = await (await CertificateAuthority.open(dir)).issueServerCredentials(['localhost']);
    expect(new X509Certificate(cert).verify(new X509Certificate(pem).publicKey)).toBe(true);
  });

  it('signs for names and addresses of the listeners', async () => {
    const authority = await CertificateAuthority.open(await folder());
    const { cert } = await authority.issueServerCredentials(['localhost', '127.0.0.1', '::1', 'gateway.example']);
    const certificate = new X509Certificate(cert);
    expect(certificate.checkHost('gateway.example')).toBe('gateway.example');
    expect(certificate.checkHost('other.example')).toBeUndefined();
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIssued(new X509Certificate(authority.pem))).toBe(true);
  });

  it('refuses what is no CSR, or too long to be one', async () => {
    const authority = await CertificateAuthority.open(await folder());
    for (const csr of [
      '',
      'x',
      '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
      'x'.repeat(10_000),
    ]) {
      await expect(authority.issueAgentCertificate(csr, enrolled.agentId)).rejects.toMatchObject({ code: 'invalid' });
    }
  });
});

describe('an enrolment', () => {
  const body = {
    token: 't',
    csrPem: 'c',
    name: 'lab-1',
    region: 'eu',
    provider: 'p',
    tags: { site: 'ams' },
    agentVersion: '1',
  };

  it('is read', () => {
    expect(readEnrolRequest({ ...body, surprise: 1 })).toEqual(body);
  });

  it.each([
    ['#/name', { name: '-f/etc/passwd' }],
    ['#/name', { name: 'a\nb' }],
    ['#/name', { name: 'x'.repeat(64) }],
    ['#/region', { region: '' }],
    ['#/tags', { tags: { 'a b': 'x' } }],
    ['#/tags', { tags: { a: 1 } }],
    ['#/tags', { tags: Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`k${at}`, 'x'])) }],
    ['#/csrPem', { csrPem: 'x'.repeat(10_000) }],
  ])('is refused for %s when it is %j', (pointer, change) => {
    const read = (): unknown => readEnrolRequest({ ...body, ...change });
    expect(read).toThrow(expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }));
  });

  it('is refused when it is no object', () => {
    for (const wrong of [null, undefined, 'x', 7]) expect(() => readEnrolRequest(wrong)).toThrow('JSON object');
  });
});

describe('telemetry', () => {
  it('is refused when it is no object, or has numbers that nothing can hold', () => {
    expect(() => readTelemetry([])).toThrow('JSON object');
    const read = (): unknown => readTelemetry({ rssBytes: 1e300, clockOffsetMs: Number.NaN, executors: {} });
    expect(read).toThrow(
      expect.objectContaining({
        errors: expect.arrayContaining([
          expect.objectContaining({ pointer: '#/rssBytes' }),
          expect.objectContaining({ pointer: '#/clockOffsetMs' }),
          expect.objectContaining({ pointer: '#/executors' }),
        ]),
      }),
    );
  });

  it('has the size that the spool may have, of agents that tell it', () => {
    const numbers = [
      ...['assignmentVersion', 'targets', 'probesPerS', 'resultsPerS', 'cpuCores', 'executorCpuCores', 'rssBytes'],
      ...['spoolBlocks', 'spoolBytes', 'spoolOldestS', 'spoolQuarantined', 'droppedResults', 'notSentPerS'],
      ...['clockOffsetMs', 'policyRefusedTargets'],
    ];
    const at = '2026-11-22T10:00:00.000Z';
    const report = {
      ...Object.fromEntries(numbers.map((name) => [name, 0])),
      ...{ at, startedAt: at, agentVersion: '0.1.0', executors: [] },
    };
    expect(readTelemetry(report)).toEqual(report);
    expect(readTelemetry({ ...report, spoolBytesMax: 2 ** 31 })).toEqual({ ...report, spoolBytesMax: 2 ** 31 });
    expect(() => readTelemetry({ ...report, spoolBytesMax: -1 })).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer: '#/spoolBytesMax' })] }),
    );
  });
});
