// The X.509 library needs this polyfill at import.
import 'reflect-metadata';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { webcrypto, X509Certificate } from 'node:crypto';
import type { AgentEnrolled, AgentEvent } from '@icmp-mon/agents/contract';
import * as x509 from '@peculiar/x509';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AGENT,
  ban,
  cancelDrain,
  completeRetirement,
  drain,
  enrol,
  evict,
  retire,
  unban,
  type AgentRecord,
} from './agent';
import { connectionOf } from './agent-view';
import { CertificateAuthority } from './certificate-authority';
import { readAuthority } from './stored-authority';
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
/** Returns an agent after a sequence of decisions. */
function given(...decisions: ((record: AgentRecord) => AgentEvent[])[]): AgentRecord {
  return [(record: AgentRecord) => enrol(record, enrolled), ...decisions].reduce<AgentRecord>(
    (record, decide) => decide(record).reduce(AGENT.evolve, record),
    AGENT.initial,
  );
}
const types = (events: AgentEvent[]): string[] => events.map(({ type }) => type);

describe('the lifecycle of an agent', () => {
  const draining = given((record) => drain(record, null));
  const retiring = given((record) => retire(record, { now: false, reason: null }));
  const retired = given((record) => retire(record, { now: true, reason: null }));
  const evicted = given((record) => evict(record, 'stolen'));
  const banned = given((record) => ban(record, 'stolen'));

  it('moves from state to state, with the given reason', () => {
    expect(drain(given(), 'moves')).toEqual([
      {
        type: 'AgentDrainStarted',
        data: { agentId: enrolled.agentId, name: 'lab', reason: 'moves', thenRetire: false },
      },
    ]);
    expect(types(cancelDrain(draining, null))).toEqual(['AgentDrainCancelled']);
    expect(types(retire(given(), { now: false, reason: null }))).toEqual(['AgentDrainStarted']);
    expect(types(retire(given(), { now: true, reason: null }))).toEqual(['AgentRetired']);
    expect(types(evict(draining, null))).toEqual(['AgentEvicted']);
    expect(types(ban(evicted, null))).toEqual(['AgentBanned']);
    expect(types(unban(banned, null))).toEqual(['AgentUnbanned']);
    expect(types(retire(banned, { now: false, reason: null }))).toEqual(['AgentRetired']);
  });

  it('appends no event when the state is already reached', () => {
    expect(drain(draining, null)).toEqual([]);
    expect(cancelDrain(given(), null)).toEqual([]);
    expect(retire(retiring, { now: false, reason: null })).toEqual([]);
    expect(retire(retired, { now: true, reason: null })).toEqual([]);
    expect(evict(evicted, null)).toEqual([]);
    expect(ban(banned, null)).toEqual([]);
    expect(unban(evicted, null)).toEqual([]);
  });

  it('refuses changes that the state does not allow, and names the state', () => {
    for (const decide of [
      () => drain(evicted, null),
      () => cancelDrain(banned, null),
      () => evict(banned, null),
      () => ban(retired, null),
      () => unban(given(), null),
      () => enrol(retired, enrolled),
    ]) {
      expect(decide).toThrow(/is (evicted|banned|retired|active)/);
    }
    expect(() => drain(AGENT.initial, null)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('completes a retirement only if the drain was started for it', () => {
    expect(types(completeRetirement(retiring))).toEqual(['AgentRetired']);
    expect(completeRetirement(draining)).toEqual([]);
    const kept = given(
      (record) => retire(record, { now: false, reason: null }),
      (record) => cancelDrain(record, null),
    );
    expect(completeRetirement(kept)).toEqual([]);
  });

  it('allows an evicted agent to enrol again, but not a banned one', () => {
    expect(types(enrol(evicted, enrolled))).toEqual(['AgentEnrolled']);
    expect(types(enrol(draining, enrolled))).toEqual(['AgentEnrolled']);
    expect(() => enrol(banned, enrolled)).toThrow(/banned\. Unban it first/);
    const unbanned = given(
      (record) => ban(record, null),
      (record) => unban(record, null),
    );
    expect(types(enrol(unbanned, enrolled))).toEqual(['AgentEnrolled']);
  });

  it('ignores renewal events of earlier releases', () => {
    const renewal = { agentId: enrolled.agentId, certificateSha256: 'B', replacesSha256: 'A', notAfter: '' };
    expect(AGENT.evolve(draining, { type: 'AgentCertificateRenewed', data: renewal })).toEqual(draining);
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
    expect(connectionOf({ receivedAt }, 14_999, true)).toBe('connected');
    expect(connectionOf({ receivedAt }, 60_000, true)).toBe('unknown');
    expect(connectionOf(undefined, 0, true)).toBe('unknown');
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

  it('is created once, regardless of how many processes open it first at the same time', async () => {
    const dir = await folder();
    expect(await readAuthority(dir)).toBeNull();
    const opened = await Promise.all(Array.from({ length: 8 }, () => CertificateAuthority.open(dir)));
    expect(new Set(opened.map(({ sha256 }) => sha256)).size).toBe(1);
    expect((await readdir(dir)).sort()).toEqual(['ca.crt', 'ca.key']);
    expect((await stat(path.join(dir, 'ca.key'))).mode & 0o777).toBe(0o600);
    expect(await readAuthority(dir)).toEqual({ pem: opened[0].pem, sha256: opened[0].sha256 });
  });

  it('keeps its key when only the certificate file is missing', async () => {
    const dir = await folder();
    await CertificateAuthority.open(dir);
    await rm(path.join(dir, 'ca.crt'));
    const { pem } = await CertificateAuthority.open(dir);
    const { cert } = await (await CertificateAuthority.open(dir)).issueServerCredentials(['localhost']);
    expect(new X509Certificate(cert).verify(new X509Certificate(pem).publicKey)).toBe(true);
  });

  it('signs certificates for host names and addresses of the listeners', async () => {
    const authority = await CertificateAuthority.open(await folder());
    const { cert } = await authority.issueServerCredentials(['localhost', '127.0.0.1', '::1', 'gateway.example']);
    const certificate = new X509Certificate(cert);
    expect(certificate.checkHost('gateway.example')).toBe('gateway.example');
    expect(certificate.checkHost('other.example')).toBeUndefined();
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIssued(new X509Certificate(authority.pem))).toBe(true);
  });

  it('refuses a text that is not a CSR or is too long', async () => {
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

  it('refuses a CSR with any byte changed, regardless of the error that the library throws', async () => {
    const authority = await CertificateAuthority.open(await folder());
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({
      name: 'CN=a',
      keys,
      signingAlgorithm: algorithm,
    });
    const der = Buffer.from(csr.rawData);
    await expect(authority.issueAgentCertificate(csr.toString('pem'), enrolled.agentId)).resolves.toBeDefined();
    const codes = new Set<unknown>();
    for (let at = 0; at < der.length; at++) {
      const damaged = Buffer.from(der);
      damaged[at] ^= 0xff;
      const pem = x509.PemConverter.encode(damaged, x509.PemConverter.CertificateRequestTag);
      const issued = authority.issueAgentCertificate(pem, enrolled.agentId).then(
        () => 'issued',
        (error: { code?: unknown }) => error.code ?? error,
      );
      codes.add(await issued);
    }
    expect([...codes]).toEqual(['invalid']);
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

  it('is parsed', () => {
    expect(readEnrolRequest({ ...body, surprise: 1 })).toEqual(body);
  });

  it.each([
    ['#/name', { name: '-f/etc/passwd' }],
    ['#/name', { name: 'a\nb' }],
    ['#/name', { name: 'x'.repeat(64) }],
    ['#/region', { region: '' }],
    ['#/region', { region: 'a\u0000b' }],
    ['#/provider', { provider: 'a\ud83d' }],
    ['#/agentVersion', { agentVersion: '0.1\n' }],
    ['#/tags', { tags: { site: '\u001b[2J' } }],
    ['#/tags', { tags: { 'a b': 'x' } }],
    ['#/tags', { tags: { a: 1 } }],
    ['#/tags', { tags: Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`k${at}`, 'x'])) }],
    ['#/csrPem', { csrPem: 'x'.repeat(10_000) }],
  ])('is refused with a pointer to %s for %j', (pointer, change) => {
    const read = (): unknown => readEnrolRequest({ ...body, ...change });
    expect(read).toThrow(expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }));
  });

  it('is refused when it is not an object', () => {
    for (const wrong of [null, undefined, 'x', 7]) expect(() => readEnrolRequest(wrong)).toThrow('JSON object');
  });
});

describe('telemetry', () => {
  it('is refused when it is not an object or has numbers out of range', () => {
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

  it('has the spool size if reported, details in one line, and no text that cannot be stored', () => {
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
    const executor = { type: 'icmp_ping', state: 'restarting', detail: 'fping failed:\n\tno such socket' };
    expect(readTelemetry({ ...report, executors: [executor] }).executors).toEqual([
      { ...executor, detail: 'fping failed: no such socket' },
    ]);
    const newer = { ...executor, state: 'a_state_to_come', detail: 'a detail to come', version: '5.1' };
    const grown = { ...report, lateMs: 40, unmeasuredPerS: 0.5, executors: [newer] };
    expect(readTelemetry(grown)).toEqual(grown);
    const noTexts = [{ state: ['ok'] }, { state: { toString: null } }, { version: ['5.1'] }];
    for (const wrong of [{ state: 'no word' }, { state: 7 }, { version: 'a\nb' }, ...noTexts]) {
      expect(() => readTelemetry({ ...report, executors: [{ ...executor, ...wrong }] })).toThrow('invalid fields');
    }
    for (const unclean of ['a\u0000b', 'a\ud83d', '\u001b[2J']) {
      const fields = [{ agentVersion: unclean }, { at: `${at}${unclean}` }];
      const executors = [{ type: unclean }, { detail: unclean }].map((part) => ({
        executors: [{ ...executor, ...part }],
      }));
      for (const wrong of [...fields, ...executors]) {
        const pointer = `#/${Object.keys(wrong)[0]}${'executors' in wrong ? '/0' : ''}`;
        expect(() => readTelemetry({ ...report, ...wrong })).toThrow(
          expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }),
        );
      }
    }
    expect(readTelemetry({ ...report, spoolBytesMax: 2 ** 31 })).toEqual({ ...report, spoolBytesMax: 2 ** 31 });
    expect(() => readTelemetry({ ...report, spoolBytesMax: -1 })).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer: '#/spoolBytesMax' })] }),
    );
  });
});
