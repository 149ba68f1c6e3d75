import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CheckType } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { canonicalFamily } from './canonical-ip';
import { allowsCommand, refusalOf } from './local-policy';
import { defaultPolicy, parsePolicy, policyProblems } from './parse-policy';
import { PolicyFile } from './policy-file';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe('an address', () => {
  it.each(['127.0.0.1', '10.98.255.1', '::1', '2001:db8::1', '2001:db8:0:1:1:1:1:1'])('is canonical: %s', (ip) => {
    expect(canonicalFamily(ip)).toBe(ip.includes(':') ? 6 : 4);
  });

  it.each([
    '127.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '127.0.0.01',
    '-f/etc/passwd',
    '$(id)',
    '127.0.0.1\n10.0.0.1',
    '127.0.0.1\0',
    ' 127.0.0.1',
    '127.0.0.1/32',
    '0.0.0.0/0',
    'fe80::1%eth0',
    '2001:DB8::1',
    '2001:db8:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::7f00:1',
    '::2',
    'localhost',
    '',
    7,
    null,
  ])('is refused unless it is canonical: %j', (ip) => {
    expect(canonicalFamily(ip)).toBe(0);
    expect(refusalOf(defaultPolicy(), ip as string)).toBe('not_canonical');
  });
});

describe('the policy file', () => {
  const ALWAYS = ['0.1.2.3', '169.254.169.254', '168.63.129.16', '224.0.0.1', '255.255.255.255', '240.0.0.1'];
  const ALWAYS_6 = [
    ...['::', 'fd00:ec2::254', 'fd20:ce::254', 'fd00:c1::a9fe:a9fe', 'ff02::1', 'fe80::1', 'febf::1'],
    ...['64:ff9b::7f00:1', '64:ff9b:1::7f00:1', '::ffff:7f00:1', '::ffff:0:7f00:1'],
  ];

  it.each([...ALWAYS, ...ALWAYS_6])('never allows %s', (ip) => {
    expect(refusalOf(parsePolicy('allow: ["0.0.0.0/0", "::/0", "127.0.0.0/8"]'), ip)).toBe('denied');
  });

  it('denies loopback unless a range of it is allowed explicitly', () => {
    expect(refusalOf(defaultPolicy(), '127.0.0.1')).toBe('denied');
    expect(refusalOf(parsePolicy('allow: ["0.0.0.0/0"]'), '127.0.0.1')).toBe('denied');
    expect(refusalOf(parsePolicy('allow: ["127.0.0.0/8"]'), '127.9.9.9')).toBe(null);
    expect(refusalOf(parsePolicy('allow: ["127.0.0.0/8"]'), '10.0.0.1')).toBe('not_allowed');
    expect(refusalOf(parsePolicy('allow: ["::1"]'), '::1')).toBe(null);
  });

  it('allows no other range of loopback with the one that it lists', () => {
    const policy = parsePolicy('allow: ["0.0.0.0/0", "::/0", "127.9.0.0/16"]');
    expect(['127.9.9.9', '127.0.0.1', '::1'].map((ip) => refusalOf(policy, ip))).toEqual([null, 'denied', 'denied']);
    expect(refusalOf(parsePolicy('allow: ["0.0.0.0/0", "::1"]'), '127.0.0.1')).toBe('denied');
  });

  it('gives deny precedence over allow', () => {
    const policy = parsePolicy('allow: ["10.0.0.0/8"]\ndeny: ["10.1.0.0/16", "10.2.0.7"]');
    expect(['10.0.0.1', '10.1.0.1', '10.2.0.7', '10.2.0.8'].map((ip) => refusalOf(policy, ip))).toEqual([
      null,
      'denied',
      'denied',
      null,
    ]);
  });

  it('refuses every address when it is stopped', () => {
    expect(refusalOf(parsePolicy('stopped: true'), '10.0.0.1')).toBe('stopped');
  });

  it('lists all problems of a file', () => {
    const text = [
      'allow: ["10.0.0.0/33", "example.org", "1.2.3.4/08x"]',
      'deny: 7',
      'packetsPerSecond: 0',
      'packetsPerSecondPerAddress:',
      'stoped: true',
      'stopped: 1',
      'ports: {icmp_ping: {allow: [1]}, tcp_connect: {allow: [0, 443, 9-8, 70000, http], only: []}, http: 80, dns: {deny: 53}}',
      'httpHosts: {allow: ["http://example.org", "*", "-a.org", "ok.example.org"]}',
      'commands: [icmp_ping, shell]',
    ].join('\n');
    expect(policyProblems(text)).toEqual([
      '"stoped" is unknown: the fields are allow, deny, ports, httpHosts, commands, traces, traceNames, packetsPerSecond, packetsPerSecondPerAddress, stopped',
      'allow: "10.0.0.0/33" is not a range such as 10.0.0.0/8 or 2001:db8::/32',
      'allow: "example.org" is not a range such as 10.0.0.0/8 or 2001:db8::/32',
      'allow: "1.2.3.4/08x" is not a range such as 10.0.0.0/8 or 2001:db8::/32',
      'deny must be a list of at most 10000',
      '"ports.icmp_ping" is unknown: the fields are tcp_connect, http, dns',
      '"ports.tcp_connect.only" is unknown: the fields are allow, deny',
      'ports.tcp_connect.allow: "0" is not a port such as 443 or a range such as 8000-8999',
      'ports.tcp_connect.allow: "9-8" is not a port such as 443 or a range such as 8000-8999',
      'ports.tcp_connect.allow: "70000" is not a port such as 443 or a range such as 8000-8999',
      'ports.tcp_connect.allow: "http" is not a port such as 443 or a range such as 8000-8999',
      'ports.http must be a mapping of fields to values',
      'ports.dns.deny must be a list of at most 100',
      'httpHosts.allow: "http://example.org" is not a host name such as www.example.org or *.example.org',
      'httpHosts.allow: "*" is not a host name such as www.example.org or *.example.org',
      'httpHosts.allow: "-a.org" is not a host name such as www.example.org or *.example.org',
      'commands must be a list of icmp_ping, tcp_connect, http, dns, mtr',
      'packetsPerSecond must be a number above 0 and at most 100000',
      'packetsPerSecondPerAddress must be a number above 0 and at most 1000',
      'stopped must be true or false',
    ]);
    expect(policyProblems('a: [')).toEqual([expect.stringMatching(/it is not valid YAML/)]);
    expect(policyProblems('stopped: false\nstopped: true')).toEqual([expect.stringMatching(/keys must be unique/)]);
    expect(policyProblems('- a')).toEqual(['it must be a mapping of fields to values']);
    expect(policyProblems('')).toEqual([]);
  });

  it('refuses a field without a value, because a blank off switch must not mean "off switch not set"', () => {
    const fields = ['allow', 'deny', 'ports', 'httpHosts', 'commands', 'packetsPerSecond', 'stopped'];
    for (const field of fields) expect(policyProblems(`${field}:`), field).toHaveLength(1);
  });

  it('refuses ports by type of check', () => {
    const policy = parsePolicy('ports: {tcp_connect: {allow: [443, 8000-8999], deny: [8080]}, dns: {allow: []}}');
    const refused = (type: CheckType, port?: number): unknown => refusalOf(policy, '10.0.0.1', { type, port });
    expect([443, 8000, 8999].map((port) => refused('tcp_connect', port))).toEqual([null, null, null]);
    expect([22, 8080, 9000].map((port) => refused('tcp_connect', port))).toEqual(Array(3).fill('port_refused'));
    expect(refused('dns', 53)).toBe('port_refused');
    expect(refused('tcp_connect')).toBe('port_refused');
    expect(refused('http', 22)).toBe(null);
    expect(refused('icmp_ping')).toBe(null);
    expect(refusalOf(policy, '224.0.0.1', { type: 'tcp_connect', port: 443 })).toBe('denied');
  });

  it('refuses names in HTTP requests', () => {
    const policy = parsePolicy(
      'httpHosts: {allow: ["*.example.org", "Status.example.net"], deny: ["admin.example.org"]}',
    );
    const refused = (host?: string): unknown => refusalOf(policy, '10.0.0.1', { type: 'http', port: 443, host });
    expect(['www.example.org', 'A.B.EXAMPLE.ORG.', 'status.example.net'].map(refused)).toEqual([null, null, null]);
    const others = ['example.org', 'badexample.org', 'admin.example.org', 'ADMIN.example.org.', undefined];
    expect(others.map(refused)).toEqual(Array(5).fill('host_refused'));
    expect(refusalOf(defaultPolicy(), '10.0.0.1', { type: 'http' })).toBe(null);
    expect(refusalOf(policy, '10.0.0.1', { type: 'tcp_connect', port: 1 })).toBe(null);
  });

  it('allows probes on demand by kind, and none while it is stopped', () => {
    expect(allowsCommand(defaultPolicy(), 'mtr')).toBe(true);
    const some = parsePolicy('commands: [icmp_ping, icmp_ping]');
    expect([allowsCommand(some, 'icmp_ping'), allowsCommand(some, 'mtr')]).toEqual([true, false]);
    expect(allowsCommand(parsePolicy('commands: []'), 'icmp_ping')).toBe(false);
    expect(allowsCommand(parsePolicy('stopped: true'), 'icmp_ping')).toBe(false);
  });

  it('is read again when its file changes, and stays in force when the new content is invalid', async () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'policy-'));
    const file = path.join(dir, 'policy.yaml');
    writeFileSync(file, 'allow: ["10.0.0.0/8"]');
    const errors: string[] = [];
    const policy = new PolicyFile(file, { ...silent, error: (_, message) => errors.push(message) });
    let changes = 0;
    policy.watchFile(() => changes++);
    writeFileSync(file, 'allow: ["10.0.0.0/8"]\nstopped: true');
    await expect.poll(() => policy.current.stopped, { timeout: 15_000 }).toBe(true);
    expect(policy.fault).toBe(null);
    writeFileSync(file, 'allow: [oh dear, "\u0007"');
    await expect.poll(() => errors.length, { timeout: 15_000 }).toBe(1);
    expect(changes).toBe(1);
    expect(policy.current.stopped).toBe(true);
    const { since, detail } = policy.fault ?? { since: '', detail: '' };
    expect(detail).toMatch(/\S/);
    expect(detail).not.toMatch(/\p{C}/u);
    writeFileSync(file, `deny: [${'"nonsense", '.repeat(100)}]`);
    await expect.poll(() => errors.length, { timeout: 15_000 }).toBe(2);
    expect(policy.fault).toEqual({ since, detail: expect.stringMatching(/^The policy is invalid.{0,500}$/) });
    expect(policy.fault?.detail).toHaveLength(500);
    writeFileSync(file, 'deny: []');
    await expect.poll(() => policy.fault, { timeout: 15_000 }).toBe(null);
    expect(policy.current.stopped).toBe(false);
    policy.close();
    expect(() => new PolicyFile(path.join(dir, 'none.yaml'), silent)).toThrow(/ENOENT/);
    rmSync(dir, { recursive: true });
  });
});
