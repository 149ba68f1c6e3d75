import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { joinLine } from '@icmp-mon/agents/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = path.resolve(import.meta.dirname, '../../../packaging/join.sh');
const TOOLS =
  'base64 cat chmod cmp cp cut date env grep gunzip head ln mkdir mktemp mv readlink rm rmdir sed sh sha256sum sleep tr uname';
const NAMES = ['join.sh', 'agent.js', 'agent.service', 'node-linux-x64.gz', 'node-linux-arm64.gz'];
const DER = Buffer.from('a certificate');
const CA = `-----BEGIN CERTIFICATE-----\n${DER.toString('base64')}\n-----END CERTIFICATE-----\n`;
/** Test double of curl: copies the requested file from the directory $KIT; exits with $REFUSED_WITH for the file named $REFUSED. */
const CURL = `
for word; do
  case $previous in -o) to=$word ;; esac
  case $word in https://*) from=$KIT/\${word##*/} ;; esac
  previous=$word
done
[ "\${from##*/}" != "\${REFUSED-}" ] || exit "$REFUSED_WITH"
case "\${to-}" in '') cat "$from" ;; *) cp "$from" "$to" ;; esac`;

// An isolated machine: a directory with the programs that the installer finds, some of them test doubles. It has neither fping nor mtr.
describe('the installer on a machine', () => {
  let dir: string;
  let env: Record<string, string>;

  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'icmp-mon-join-'));
    mkdirSync(at('bin'));
    mkdirSync(at('kit'));
    for (const tool of TOOLS.split(' ')) {
      symlinkSync(
        execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
        at(`bin/${tool}`),
      );
    }
    program('id', 'echo 0');
    program('curl', `previous=''${CURL}`);
    writeFileSync(at('kit/ca'), CA);
    for (const name of NAMES) writeFileSync(at(`kit/${name}`), name);
    copyFileSync(SCRIPT, at('kit/join.sh'));
    const sums = NAMES.map((name) => `${sumOf(readFileSync(at(`kit/${name}`)))}  ${name}\n`);
    writeFileSync(at('kit/SHA256SUMS'), sums.join(''));
    env = { PATH: at('bin'), KIT: at('kit'), LOG: at('log') };
  });

  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const at = (file: string): string => path.join(dir, file);
  const sumOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const logged = (): string => readFileSync(at('log'), 'utf8');

  function program(name: string, text: string): void {
    rmSync(at(`bin/${name}`), { force: true });
    writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }

  function line(): string {
    const place = { name: 'fra-1', region: 'eu', provider: 'carrier', allow: ['127.0.0.0/8'], token: 'imt_0' };
    return `${joinLine({ ...place, enrolUrl: 'https://monitor.example.net:8444', caSha256: sumOf(DER) })} --yes`;
  }

  /** Returns the command's output and exit code. */
  const paste = (): { status: number | null; output: string } => ended(line());

  function ended(command: string): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { env, cwd: dir, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  it.each(['with curl', 'without curl'])('gives apt-get a PATH in which dpkg finds its programs, %s', (machine) => {
    program('apt-get', 'echo "$PATH" "$*" >>"$LOG"; case "$*" in *install*) exit 100 ;; esac');
    if (machine === 'without curl') rmSync(at('bin/curl'));
    expect(paste().status).toBe(1);
    expect(logged()).toMatch(/:\/usr\/sbin:\/sbin .*install/);
  });

  it.each(['with curl', 'without curl'])(
    "makes files of apt-get readable for all users, regardless of root's umask, %s",
    (machine) => {
      program('apt-get', 'umask >>"$LOG"; case "$*" in *install*) exit 100 ;; esac');
      if (machine === 'without curl') rmSync(at('bin/curl'));
      ended(`umask 077; ${line()}`);
      expect(logged()).toBe('0022\n0022\n');
    },
  );

  it.each(['with curl', 'without curl'])('lets apt-get wait for the lock of dpkg, %s', (machine) => {
    program('apt-get', 'echo "$*" >>"$LOG"; case "$*" in *install*) exit 100 ;; esac');
    if (machine === 'without curl') rmSync(at('bin/curl'));
    paste();
    expect(logged()).toMatch(/DPkg::Lock::Timeout=300 .*install|install .*DPkg::Lock::Timeout=300/);
  });

  it.each(['with curl', 'without curl'])('waits while another apt-get holds the lock of the lists, %s', (machine) => {
    if (machine === 'without curl') rmSync(at('bin/curl'));
    // `sleep` is replaced, so the test does not wait.
    program('sleep', '');
    program(
      'apt-get',
      `echo "$*" >>"$LOG"
case "$*" in *install*) exit 100 ;; esac
[ -e "$KIT/again" ] || { : >"$KIT/again"; echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7" >&2; exit 100; }`,
    );
    expect(paste().output).toMatch(/Another package manager is running\. Waiting for it|Retrying in 5 s/);
    expect(logged()).toMatch(/update\n.*update\n.*install/);
  });

  it("prints apt-get's errors about its lists, and installs nothing", () => {
    program('apt-get', 'echo "$*" >>"$LOG"; echo "E: The list of sources could not be read." >&2; exit 100');
    const { status, output } = paste();
    expect([status, output]).toEqual([
      1,
      expect.stringMatching(/list of sources could not be read[^]*could not install[^]*No file was installed/),
    ]);
    expect(logged()).not.toContain('install');
  });

  it("reports apt-get's error if curl could not be installed, not a failed download", () => {
    rmSync(at('bin/curl'));
    program('apt-get', 'case "$*" in *install*) echo "E: Unable to locate package curl" >&2; exit 100 ;; esac');
    const { status, output } = paste();
    expect([status, output]).toEqual([
      1,
      expect.stringMatching(/Unable to locate package curl[^]*curl could not be installed/),
    ]);
    expect(output).not.toContain('belongs to another installation');
  });

  it.each(['join.sh', 'SHA256SUMS'])(
    "shows the machine's clock if the certificate is refused at the download of %s",
    (file) => {
      program('date', 'echo Thu Jan 1 00:00:07 UTC 1970');
      // The exit code of curl for a certificate that is not valid yet or has expired.
      env = { ...env, REFUSED: file, REFUSED_WITH: '60' };
      const { status, output } = paste();
      expect([status, output]).toEqual([
        1,
        expect.stringMatching(/Check the clock of this machine\. It shows Thu Jan 1 .*1970/),
      ]);
      env = { ...env, REFUSED_WITH: '22' };
      expect(paste()).toMatchObject({ status: 1, output: expect.not.stringContaining('clock') });
    },
  );

  it('removes only its own temporary directory, regardless of the characters in its name', () => {
    mkdirSync(at('spool'));
    writeFileSync(at('spool/kept'), '');
    mkdirSync(at('spool of mine'));
    program('apt-get', 'exit 100');
    env = { ...env, TMPDIR: at('spool of mine') };
    expect(paste().output).toContain('could not install');
    expect(existsSync(at('spool/kept'))).toBe(true);
    expect(ended('echo "$TMPDIR"/*').output).toContain('*');
  });

  it('removes its own script last, so that it can be run again', () => {
    mkdirSync(at('root/usr/lib/icmp-mon'), { recursive: true });
    mkdirSync(at('root/var/lib/icmp-mon-agent'), { recursive: true });
    copyFileSync(SCRIPT, at('root/usr/lib/icmp-mon/join.sh'));
    const remove = `sh ${at('root/usr/lib/icmp-mon/join.sh')} --uninstall --yes --root ${at('root')}`;
    const rm = path.resolve('/bin/rm');
    program(
      'rm',
      `${rm} "$@"; case "$*" in *var/lib/*) [ -e "$KIT/again" ] || { : >"$KIT/again"; echo busy >&2; exit 1; } ;; esac`,
    );
    expect(ended(remove)).toMatchObject({ status: 1, output: expect.not.stringContaining('Removed.') });
    expect(ended(remove)).toMatchObject({ status: 0, output: expect.stringContaining('Removed.') });
    expect(existsSync(at('root/usr/lib/icmp-mon'))).toBe(false);
  });
});
