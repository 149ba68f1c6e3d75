import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerJson, type FakeApi, startFakeApi } from '../testing/fake-api';
import { runCaptured } from '../testing/run-captured';
import { candidatesOf } from './candidates';
import { SCRIPTS } from './scripts';

let fake: FakeApi | undefined;
afterEach(() => fake?.stop());

describe('words that may follow', () => {
  it.each([
    [
      [''],
      [
        'agents',
        'apply',
        'api-keys',
        'as-numbers',
        'baselines',
        'commands',
        'completion',
        'events',
        'evidence',
        'export',
        'health',
        'import',
        'jobs',
        'login',
        'logout',
        'maintenance',
        'path',
        'plan',
        'pull',
        'sources',
        'targets',
        'tiers',
        'tokens',
        'traces',
        'users',
        'whoami',
      ],
    ],
    [
      ['tiers', ''],
      ['list', 'show', 'create', 'set', 'remove', 'changes'],
    ],
    [
      ['targets', 'list', '--sort', ''],
      ['status', 'ip', 'name', 'tier', 'since'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh'],
    ],
    [
      ['users', 'create', 'ada', '--role', 'op'],
      ['viewer', 'operator', 'engineer', 'admin'],
    ],
    [['targets', 'show', '192.0.2.7', ''], []],
  ])('%j', (words, expected) => {
    expect(candidatesOf(words).words.sort()).toEqual(expected.sort());
  });

  it('options are those of the command and of the connection, never hidden ones', () => {
    const { words } = candidatesOf(['targets', 'remove', '192.0.2.7', '--']);
    expect(words).toEqual(['--vrf', '--yes', '--json', '--url', '--key-file', '--ca', '--profile', '--version']);
  });

  it.each([
    [['targets', 'add', '192.0.2.7', '--tier', ''], { words: [], names: 'tier' }],
    [['agents', 'drain', ''], { words: [], names: 'agent' }],
    [['users', 'disable', ''], { words: [], names: 'user' }],
    [['import', ''], { words: [], isFile: true }],
    [['whoami', '--ca', ''], { words: [], isFile: true }],
  ])('%j: names or files', (words, expected) => {
    expect(candidatesOf(words)).toEqual(expected);
  });

  it('names come from the server, without names that a shell would split or execute', async () => {
    fake = await startFakeApi((_, response) =>
      answerJson(response, { items: ['fast', 'two words', '$(reboot)', 'slow'].map((name) => ({ name })) }),
    );
    const { out } = await runCaptured(['complete', '--', 'tiers', 'show', ''], {
      ICMPMON_URL: fake.url,
      ICMPMON_API_KEY: 'x',
    });
    expect(out).toBe('fast\nslow\n');
  });

  it('a server that does not answer, or no installation, gives no names and no error', async () => {
    expect(await runCaptured(['complete', '--', 'tiers', 'show', ''])).toEqual({ code: 0, out: '', err: '' });
    fake = await startFakeApi(() => undefined);
    const asked = await runCaptured(['complete', '--', 'tiers', 'show', ''], {
      ICMPMON_URL: fake.url,
      ICMPMON_API_KEY: 'x',
    });
    expect(asked).toEqual({ code: 0, out: '', err: '' });
  });
});

describe.skipIf(process.platform !== 'linux')('bash', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'icmp-mon-completion-'));
    writeFileSync(path.join(folder, 'script'), SCRIPTS['bash'] ?? '');
    // Answers as the program does, and records its arguments.
    writeFileSync(
      path.join(folder, 'icmpmon'),
      `#!/bin/bash\nprintf '%s|' "$@" >${folder}/asked\ncase "\${@: -1}" in 2001*) printf '2001:db8::1\\n2001:db8::2\\n' ;; f*) printf ':files\\n' ;; *) printf 'list\\nshow\\nset\\n' ;; esac\n`,
    );
    writeFileSync(path.join(folder, 'file with blanks.csv'), '');
    chmodSync(path.join(folder, 'icmpmon'), 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Completes a line in a real bash, and returns the offered words. */
  function complete(line: string): string[] {
    const code = `cd ${folder}; PATH=${folder}:$PATH; source ./script; COMP_LINE=$1; COMP_POINT=\${#COMP_LINE}; _icmpmon; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['--norc', '-c', code, 'bash', line], { encoding: 'utf8' }).split('\n').filter(Boolean);
  }

  it('offers the words that begin as written', () => {
    expect(complete('icmpmon targets ')).toEqual(['list', 'show', 'set']);
    expect(complete('icmpmon targets s')).toEqual(['show', 'set']);
    expect(execFileSync('cat', [path.join(folder, 'asked')], { encoding: 'utf8' })).toBe('complete|--|targets|s|');
  });

  it('completes after a colon, at which bash splits words', () => {
    expect(complete('icmpmon targets show 2001:db8::')).toEqual(['1', '2']);
  });

  it('offers files where a file may follow', () => {
    expect(complete('icmpmon import fi')).toEqual(['file with blanks.csv']);
  });
});

describe('zsh', () => {
  const script = SCRIPTS['zsh'] ?? '';

  it('asks the program for the words up to the cursor, and offers its lines', () => {
    expect(script).toContain('"${words[1]}" complete -- "${(@)words[2,CURRENT]}"');
    expect(script).toContain('compadd -- "${names[@]}"');
  });

  it('works as a file of fpath, whose first line registers it, and when it is sourced', () => {
    expect(script.split('\n')[0]).toBe('#compdef icmpmon');
    expect(script).toMatch(/\[\[ "\$\{funcstack\[1\]\}" == _icmpmon \]\] && \{ _icmpmon "\$@"; return \}\ncompdef/);
  });

  it('offers files where a file may follow, and never the mark itself', () => {
    expect(script).toContain(`names=("\${(@)found:#:files}")`);
    expect(script).toContain('(( ${found[(Ie):files]} )) && _files');
  });

  it('has balanced brackets and no carriage returns', () => {
    for (const [open, close] of ['()', '{}', '[]']) {
      expect(script.split(open ?? '').length, open).toBe(script.split(close ?? '').length);
    }
    expect(script).not.toContain('\r');
  });
});
