import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalFamily } from './canonical-ip';
import { defaultPolicy, parsePolicy, PolicyError, refusalOf } from './local-policy';
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
  const ALWAYS = ['0.1.2.3', '169.254.169.254', '224.0.0.1', '255.255.255.255', '240.0.0.1'];
  const ALWAYS_6 = ['::', 'fd00:ec2::254', 'ff02::1', 'fe80::1', '64:ff9b::7f00:1', '::ffff:7f00:1'];

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
    const text =
      'allow: ["10.0.0.0/33", "example.org", "1.2.3.4/08x"]\ndeny: 7\npacketsPerSecond: 0\nstoped: true\nstopped: 1';
    const problems = (): string[] => {
      try {
        parsePolicy(text);
      } catch (error) {
        if (error instanceof PolicyError) return error.problems;
        throw error;
      }
      return [];
    };
    expect(problems()).toEqual([
      '"stoped" is unknown: the fields are allow, deny, packetsPerSecond, packetsPerSecondPerAddress, stopped',
      'allow: "10.0.0.0/33" is not a range such as 10.0.0.0/8 or 2001:db8::/32',
      'allow: "example.org" is not a range such as 10.0.0.0/8 or 2001:db8::/32',
      'allow: "1.2.3.4/08x" is not a range such as 10.0.0.0/8 or 2001:db8::/32',
      'deny must be a list of at most 10000 ranges',
      'stopped must be true or false',
      'packetsPerSecond must be a number above 0 and at most 100000',
    ]);
    expect(() => parsePolicy('a: [')).toThrow(/it is not valid YAML/);
    expect(() => parsePolicy('- a')).toThrow(/a mapping of fields/);
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
    writeFileSync(file, 'allow: [oh dear');
    await expect.poll(() => errors.length, { timeout: 15_000 }).toBe(1);
    expect(changes).toBe(1);
    expect(policy.current.stopped).toBe(true);
    policy.close();
    expect(() => new PolicyFile(path.join(dir, 'none.yaml'), silent)).toThrow(/ENOENT/);
    rmSync(dir, { recursive: true });
  });
});
