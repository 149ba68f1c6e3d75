import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { JOIN_RANGES_MAX, joinLine, type JoinSettings, readAllowedRanges } from '@icmp-mon/agents/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SETTINGS: JoinSettings = {
  name: 'fra-1',
  region: 'eu-central',
  provider: 'carrier-a',
  allow: ['198.51.100.0/24', '2001:db8::/32'],
  token: 'imt_0123',
  enrolUrl: 'https://monitor.example.net:8444/',
  caSha256: 'ab'.repeat(32),
};

describe('the join command', () => {
  let dir: string;

  beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), 'icmp-mon-join-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** Returns what the shell parses from the command, with a test program in place of its `sh`. */
  function taken(line: string, shell: string): Record<string, string> {
    writeFileSync(path.join(dir, 'sh'), '#!/bin/sh\nenv -0 >"$OUT"\nprintf "%s\\0" "$@" >"$OUT.args"\n');
    chmodSync(path.join(dir, 'sh'), 0o755);
    const out = path.join(dir, 'out');
    const env = { PATH: `${dir}:/usr/bin:/bin`, OUT: out };
    execFileSync(shell, ['-c', line], { env, cwd: dir });
    const given = readFileSync(out, 'utf8').split('\0');
    const args = readFileSync(`${out}.args`, 'utf8').split('\0');
    expect(args.slice(0, 1)).toEqual(['-c']);
    return Object.fromEntries(
      given
        .filter((entry) => entry.startsWith('ICMPMON_JOIN_'))
        .map((entry) => [entry.slice('ICMPMON_JOIN_'.length, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
  }

  it.each(['/bin/sh', '/bin/bash'])('passes its settings to the installer, in %s', (shell) => {
    expect(taken(joinLine(SETTINGS), shell)).toEqual({
      URL: 'https://monitor.example.net:8444',
      CA: SETTINGS.caSha256,
      TOKEN: 'imt_0123',
      NAME: 'fra-1',
      REGION: 'eu-central',
      PROVIDER: 'carrier-a',
      ALLOW: '198.51.100.0/24 2001:db8::/32',
    });
  });

  it.each([
    "it's",
    "'; touch pwned; '",
    '$(touch pwned)',
    '`touch pwned`',
    '"; touch pwned; "',
    'a\ntouch pwned\n',
    'back\\slash \\',
    'two  blanks',
    '* ? [a]',
    '!history !!',
    'Zürich 東京',
    '-n --yes',
  ])('does not execute text inside a setting: %s', (text) => {
    const line = joinLine({ ...SETTINGS, name: text, region: text, provider: text, token: text, allow: [text] });
    expect(taken(line, '/bin/sh')).toMatchObject({
      NAME: text,
      REGION: text,
      PROVIDER: text,
      TOKEN: text,
      ALLOW: text,
    });
    expect(existsSync(path.join(dir, 'pwned'))).toBe(false);
  });

  it('is one line, to which --yes can be appended', () => {
    const line = joinLine(SETTINGS);
    expect(line).not.toContain('\n');
    taken(`${line} --yes`, '/bin/sh');
    const args = readFileSync(path.join(dir, 'out.args'), 'utf8').split('\0');
    expect(args.slice(2)).toEqual(['icmp-mon-join', '--yes', '']);
  });
});

describe('allowed ranges', () => {
  it('are separated by blanks, commas or line breaks; duplicates are removed', () => {
    expect(readAllowedRanges(' 10.0.0.0/8, 192.0.2.1\n2001:db8::/32 10.0.0.0/8 ::1 ')).toEqual({
      ranges: ['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1'],
    });
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    '256.1.1.1',
    '2001:db8::/129',
    '::g',
    '1::2::3',
    'fe80::1%eth0',
    '10.0.0.0/8/8',
    '$(id)',
    "'",
  ])('name the range that is not valid: %s', (range) => {
    expect(readAllowedRanges(`10.0.0.0/8 ${range}`)).toMatchObject({ fault: expect.stringContaining(range) });
  });

  it('must be at least one, and no more than fit in a command line', () => {
    expect(readAllowedRanges(' \n')).toHaveProperty('fault');
    const many = Array.from({ length: JOIN_RANGES_MAX + 1 }, (_, index) => `10.0.${index}.0/24`).join(' ');
    expect(readAllowedRanges(many)).toMatchObject({ fault: expect.stringContaining(String(JOIN_RANGES_MAX)) });
  });
});
