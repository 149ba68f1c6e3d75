import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as config from './index';
import { ConfigError, integer, list, optional, readConfig, secret, text, url } from './index';

const fields = {
  databaseUrl: url('DATABASE_URL', { protocols: ['postgres:', 'postgresql:'] }),
  shardCount: integer('SHARD_COUNT', { default: 8, min: 1, max: 64 }),
  brokers: list('BROKERS', { default: ['localhost:9092'] }),
  jwtSecret: secret('JWT_SECRET'),
  name: optional(text('NAME')),
  stateDir: config.path('STATE_DIR', { default: '/var/lib/x' }),
};
const env = { DATABASE_URL: 'postgres://u:hidden@h/db', JWT_SECRET: 's3cret' };

afterEach(() => vi.restoreAllMocks());

function problemsOf(variables: NodeJS.ProcessEnv): string[] {
  try {
    readConfig(fields, variables, []);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('returns typed values, with defaults for variables that are not set or empty', () => {
    const read = readConfig(fields, { ...env, SHARD_COUNT: '16', BROKERS: 'a:1, b:2', NAME: '' }, []);
    const shardCount: number = read.shardCount;
    const name: string | undefined = read.name;
    expect([shardCount, name]).toEqual([16, undefined]);
    expect(read).toMatchObject({ brokers: ['a:1', 'b:2'], stateDir: '/var/lib/x' });
    expect(readConfig(fields, { ...env, STATE_DIR: 'here' }, []).stateDir).toBe(path.resolve('here'));
  });

  it('lists all faults, with the name of the variable', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://h', SHARD_COUNT: '65', BROKERS: 'a,,b' })).toEqual([
      'DATABASE_URL must be a URL that starts with postgres:// or postgresql://.',
      'SHARD_COUNT must be a whole number from 1 to 64.',
      'BROKERS must be a comma-separated list of one or more items.',
      'JWT_SECRET is missing: it must be a secret, here or in the file that JWT_SECRET_FILE names.',
    ]);
  });

  it.each(['8.5', '0x8', ' 8', '1e1', '-1', '99999999999999999999'])('refuses "%s" as a whole number', (raw) => {
    expect(problemsOf({ ...env, SHARD_COUNT: raw })).toEqual(['SHARD_COUNT must be a whole number from 1 to 64.']);
  });

  it('refuses the path of a file that does not exist', () => {
    const one = { policy: config.path('POLICY', { mustExist: true }) };
    expect(() => readConfig(one, { POLICY: '/does/not/exist' }, [])).toThrow(/POLICY must be the path of a file/);
  });

  it('reads a secret from a file', () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'config-'));
    writeFileSync(path.join(dir, 'jwt'), 'from file\n');
    const read = readConfig(fields, { DATABASE_URL: env.DATABASE_URL, JWT_SECRET_FILE: path.join(dir, 'jwt') }, []);
    expect(read.jwtSecret).toBe('from file');
    rmSync(dir, { recursive: true });
  });

  it('prints the configuration without any secret', () => {
    let printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      printed += String(chunk);
      return true;
    });
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('exited');
    });
    expect(() => readConfig(fields, env, ['node', 'main.js', '--print-config'])).toThrow('exited');
    expect(exit).toHaveBeenCalledWith(0);
    expect(printed).toContain('DATABASE_URL=postgres://u:redacted@h/db\n');
    expect(printed).toContain('JWT_SECRET=(redacted)\n');
    expect(printed).toContain('NAME=(not set)\n');
    expect(printed).not.toMatch(/hidden|s3cret/);
  });
});
