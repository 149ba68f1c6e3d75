import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TargetPage } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootDir, run } from '@icmp-mon/infra/testing';
import { givenServices } from './testing/given-services';
import type { Access } from './testing/running-product';
import { plainEnvironment } from './testing/state-folders';

const UNWANTED = process.env['ICMPMON_TEST_FRESH_CLONE'] === '0';
const reason = UNWANTED ? ' (skipped: ICMPMON_TEST_FRESH_CLONE=0)' : '';
const WITHIN_MS = 600_000;
const FOLDER = 'icmp-mon-fresh-clone';
const ANY_PORTS = { ICMPMON_API_PORT: '0', ICMPMON_AGENT_PORT: '0', ICMPMON_ENROL_PORT: '0' };

describe.skipIf(UNWANTED)(`a fresh clone${reason}`, () => {
  const dir = path.join(mkdtempSync(path.join(tmpdir(), `${FOLDER}-${process.pid}-`)), 'icmp-mon');
  const given = UNWANTED ? undefined : givenServices();
  const accessFile = path.join(dir, '.icmp-mon/access.json');
  const access = (): Access => JSON.parse(readFileSync(accessFile, 'utf8'));
  const npm = (...args: string[]): Promise<string> => run('npm', args, options());
  const options = (): object => ({
    cwd: dir,
    env: { ...ownPath(), ...given?.environment, ...ANY_PORTS, npm_config_prefer_offline: 'true' },
    timeout: WITHIN_MS,
  });

  beforeAll(async () => {
    await endAbandonedClones();
    await run('git', ['clone', '--quiet', '--no-hardlinks', rootDir, dir]);
  });

  afterAll(async () => {
    await npm('stop');
    await given?.remove();
    rmSync(path.dirname(dir), { recursive: true, force: true });
  });

  it('becomes the whole product with npm start alone', async () => {
    expect(await npm('start', '--', '--detach')).toMatch(/Portal +http:\/\/127\.0\.0\.1:\d+/);
    expect(statSync(accessFile).mode & 0o777).toBe(0o600);
    const { portalUrl, apiUrl, apiKey } = access();
    const portal = await fetch(portalUrl, { headers: { accept: 'text/html' } });
    expect(await portal.text()).toContain('<title>ICMP-Mon</title>');
    const headers = { authorization: `Bearer ${apiKey}` };
    const up = async (): Promise<number> => {
      const page = await fetch(`${apiUrl}/api/v1/targets?status=up`, { headers });
      return ((await page.json()) as TargetPage).items.length;
    };
    await expect.poll(up, { timeout: 120_000, interval: 500 }).toBe(8);
  });

  it('starts quickly a second time, with all its data', async () => {
    const before = access();
    expect(await npm('stop')).toMatch(/Stopped: .*gateway/);
    const said = await npm('start', '--', '--detach');
    expect(said).not.toMatch(/Installing|Built/);
    expect(access()).toMatchObject({ apiKey: before.apiKey, adminPassword: before.adminPassword });
  });

  it('is stopped by npm stop', async () => {
    const { portalUrl } = access();
    expect(await npm('stop')).toMatch(/Stopped: .*gateway/);
    await expect(fetch(portalUrl)).rejects.toThrow();
  });
});

/** Removes this folder's node_modules from the path, so that the machine's own commands are used. */
function ownPath(): Record<string, string> {
  const environment = plainEnvironment();
  const places = (environment['PATH'] ?? '').split(':').filter((place) => !place.includes('node_modules'));
  return { ...environment, PATH: places.join(':') };
}

/** Stops the detached product of a killed run. */
async function endAbandonedClones(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((candidate) => candidate.startsWith(`${FOLDER}-`))) {
    const pid = name.slice(FOLDER.length + 1).split('-')[0];
    if (existsSync(`/proc/${pid}`)) continue;
    const cwd = path.join(tmpdir(), name, 'icmp-mon');
    const options: object = { cwd, env: ownPath() };
    if (existsSync(path.join(cwd, '.icmp-mon'))) await run(process.execPath, ['infra/stop.mjs'], options);
    rmSync(path.dirname(cwd), { recursive: true, force: true });
  }
}
