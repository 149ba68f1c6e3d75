import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { accessOf, writeAccess, writeScrapeTargets } from './access-file.mjs';
import { checkLayout } from './layout.mjs';
import { readJson } from './private-file.mjs';
import { givenAddresses } from './providers/environment.mjs';
import { packagesInstalled } from './provision/node-modules.mjs';
import { hasCommand } from './provision/system-packages.mjs';
import { debianMirror, debootstrapArguments, ensureKeyring } from './provision/system-tree.mjs';
import { bootstrapOf, secretsOf } from './secrets.mjs';
import { checkSystem } from './setup.mjs';
import { countsOf, isSound, lineOf, sum } from './test-results.mjs';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'infra-'));
});

describe('addresses in the environment', () => {
  const all = {
    ICMPMON_KAFKA_BROKERS: 'k:9092',
    ICMPMON_CONTROL_DATABASE_URL: 'postgres://c',
    ICMPMON_TELEMETRY_DATABASE_URL: 'postgres://t',
    ICMPMON_REDIS_URL: 'redis://r',
  };

  it('are used when all four are set', () => {
    expect(givenAddresses(all)).toEqual({
      kafkaBrokers: 'k:9092',
      controlDatabaseUrl: 'postgres://c',
      telemetryDatabaseUrl: 'postgres://t',
      redisUrl: 'redis://r',
    });
    expect(givenAddresses({})).toBeUndefined();
  });

  it.each(Object.keys(all))('without %s are rejected, naming it', (name) => {
    const incomplete = { ...all, [name]: undefined };
    expect(() => givenAddresses(incomplete)).toThrow(`but ${name} is not`);
  });
});

describe('layout of the state folder', () => {
  it('of an empty folder becomes the current one and is accepted afterwards', () => {
    checkLayout(dir);
    checkLayout(dir);
    expect(readJson(join(dir, 'layout.json'))).toEqual({ version: 1 });
  });

  it.each([2, 0, 'x', undefined])('version %j is rejected, naming the command that helps', (version) => {
    writeFileSync(join(dir, 'layout.json'), JSON.stringify({ version }));
    expect(() => checkLayout(dir)).toThrow('npm run reset -- --yes');
  });

  it('that is not JSON is rejected, naming the file', () => {
    writeFileSync(join(dir, 'layout.json'), '{');
    expect(() => checkLayout(dir)).toThrow('layout.json is not valid JSON');
  });

  it('with data of another PostgreSQL version is rejected and left unchanged', () => {
    mkdirSync(join(dir, 'data/postgres'), { recursive: true });
    writeFileSync(join(dir, 'data/postgres/PG_VERSION'), '18\n');
    expect(() => checkLayout(dir)).toThrow(/PostgreSQL 18.*npm run reset/);
    expect(readFileSync(join(dir, 'data/postgres/PG_VERSION'), 'utf8')).toBe('18\n');
  });
});

describe('secrets', () => {
  it('are created once, differ, and are readable only by their owner', () => {
    const file = join(dir, 'secrets.json');
    const secrets = secretsOf(file);
    expect(secretsOf(file)).toEqual(secrets);
    const { databasePasswords, ...others } = secrets;
    expect(new Set([...Object.values(others), ...Object.values(databasePasswords)]).size).toBe(10);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('of the first start have the format that the api reads', () => {
    const bootstrap = bootstrapOf(join(dir, 'bootstrap.json'));
    expect(bootstrap.apiKey).toMatch(/^imk_[0-9a-f]{12}_[\w-]{43}$/);
    expect(bootstrap.enrolmentToken).toMatch(/^imt_[0-9a-f]{12}_[\w-]{43}$/);
    expect(bootstrapOf(join(dir, 'bootstrap.json'))).toEqual(bootstrap);
  });
});

it('writes the access file with mode 0600 and every address', () => {
  const file = join(dir, 'access.json');
  const addresses = { kafkaBrokers: 'k', controlDatabaseUrl: 'c', telemetryDatabaseUrl: 't', redisUrl: 'r' };
  const bootstrap = { apiKey: 'key', adminUser: 'admin', adminPassword: 'secret' };
  writeAccess(file, accessOf({ addresses, ports: { api: 1, agents: 2, enrol: 3 }, bootstrap }), { api: { pid: 7 } });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readJson(file)).toEqual({
    portalUrl: 'http://127.0.0.1:1',
    apiUrl: 'http://127.0.0.1:1',
    gatewayUrl: 'https://127.0.0.1:2',
    enrolUrl: 'https://127.0.0.1:3',
    ...bootstrap,
    ...addresses,
    processes: { api: { pid: 7 } },
  });
});

it('writes the scrape targets to a file that Prometheus can read', () => {
  const file = join(dir, 'prometheus/targets.json');
  writeScrapeTargets(file, { api: { pid: 7, opsUrl: 'http://127.0.0.1:20001' }, kafka: { pid: 8 } });
  expect(statSync(file).mode & 0o777).toBe(0o644);
  expect(readJson(file)).toEqual([{ targets: ['127.0.0.1:20001'], labels: { process: 'api' } }]);
});

describe('the machine', () => {
  it('must be Linux with Node 20 or later', () => {
    expect(() => checkSystem({ platform: 'darwin' })).toThrow('runs on Linux');
    expect(() => checkSystem({ platform: 'linux', major: 18 })).toThrow('install Node 20');
    checkSystem({ platform: 'linux', major: 20 });
  });

  it('has the commands on its path', () => {
    expect(hasCommand('sh')).toBe(true);
    expect(hasCommand('no-such-command-here')).toBe(false);
  });

  it.each([
    ['deb [arch=amd64] http://mirror.test/debian bookworm main', 'http://mirror.test/debian'],
    [
      '# deb http://old.test/debian x main\nTypes: deb\nURIs: http://new.test/debian/\nSuites: trixie',
      'http://new.test/debian/',
    ],
  ])('has its Debian mirror in the apt sources', (text, mirror) => {
    mkdirSync(join(dir, 'sources.list.d'));
    writeFileSync(join(dir, 'sources.list.d/debian.sources'), text);
    expect(debianMirror(dir)).toBe(mirror);
  });

  it('without a Debian mirror is an error', () => {
    writeFileSync(join(dir, 'sources.list'), 'deb http://mirror.test/other x main');
    expect(() => debianMirror(dir)).toThrow('Found no mirror');
  });
});

describe("Debian's keyring", () => {
  const quiet = (): void => undefined;

  it('is required of debootstrap, which would otherwise continue unverified', () => {
    const [check, keyring] = debootstrapArguments('/tree', 'http://mirror.test/debian');
    expect([check, keyring]).toEqual(['--force-check-gpg', '--keyring=/usr/share/keyrings/debian-archive-keyring.gpg']);
  });

  it('is installed where it is missing', async () => {
    const file = join(dir, 'keyring.gpg');
    const installed: string[][] = [];
    const install = async (packages: string[]): Promise<void> => {
      installed.push(packages);
      writeFileSync(file, '');
    };
    await ensureKeyring(quiet, { file, install });
    await ensureKeyring(quiet, { file, install });
    expect(installed).toEqual([['debian-archive-keyring']]);
  });

  it.each([
    ['cannot be installed', () => Promise.reject(new Error('E: Unable to locate package'))],
    ['is not in its package', () => Promise.resolve()],
  ])('that %s stops the start with an error that names it', async (_, install) => {
    const file = join(dir, 'keyring.gpg');
    await expect(ensureKeyring(quiet, { file, install })).rejects.toThrow(
      /keyring\.gpg is missing.*debian-archive-keyring/,
    );
  });
});

describe('packagesInstalled', () => {
  const lock = (packages: object) => JSON.stringify({ packages: { '': {}, ...packages } });

  it('compares the lockfile with the one that npm wrote at the end of the installation', () => {
    mkdirSync(join(dir, 'node_modules'));
    const ours = {
      'node_modules/a': { version: '1.0.0' },
      'node_modules/other-cpu': { version: '1.0.0', optional: true },
    };
    writeFileSync(join(dir, 'package-lock.json'), lock(ours));
    expect(packagesInstalled(dir)).toBe(false);
    writeFileSync(join(dir, 'node_modules/.package-lock.json'), lock({ 'node_modules/a': { version: '1.0.0' } }));
    expect(packagesInstalled(dir)).toBe(true);
    writeFileSync(join(dir, 'node_modules/.package-lock.json'), lock({ 'node_modules/a': { version: '0.9.0' } }));
    expect(packagesInstalled(dir)).toBe(false);
  });
});

describe('results of the tests', () => {
  it('count tests and files that did not load, and add up', () => {
    const file = join(dir, 'unit.json');
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
    ];
    writeFileSync(file, JSON.stringify({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, testResults }));
    const counts = countsOf(file);
    expect(counts).toEqual({ passed: 5, failed: 2, skipped: 2 });
    expect(lineOf(sum([counts, counts]))).toBe('10 passed, 4 failed, 4 skipped');
  });

  it('are zero without a report', () => {
    expect(lineOf(countsOf(join(dir, 'none.json')))).toBe('0 passed, 0 failed');
  });

  it.each([
    ['tests that passed', { passed: 3, code: 0, filtered: false }, true],
    ['a filter that matches no test', { passed: 0, code: 0, filtered: true }, true],
    ['no test without a filter', { passed: 0, code: 0, filtered: false }, false],
    ['a runner that failed before the first test', { passed: 0, code: 1, filtered: true }, false],
    ['a runner that failed after its tests', { passed: 3, code: 1, filtered: true }, false],
  ])('judge %s', (_, { passed, ...level }, sound) => {
    expect(isSound({ count: { passed, failed: 0, skipped: 0 }, ...level })).toBe(sound);
  });
});
