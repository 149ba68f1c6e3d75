import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newApiKey } from '@icmp-mon/identity/server';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { listen } from '@icmp-mon/platform/http';
import { testDatabase, type TestDatabases } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../api';
import type { ApiConfig } from '../api-config';
import { testApiConfig } from '../testing/test-api';
import { bootstrap } from './bootstrap';
import { readBootstrapFile } from './bootstrap-file';

let databases: TestDatabases;
let folder: string;
let config: ApiConfig;
const secrets = {
  adminUser: 'admin',
  adminPassword: 'first password',
  apiKey: newApiKey(),
  enrolmentToken: `imt_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`,
};

beforeAll(async () => {
  databases = await testDatabase('both');
  folder = await mkdtemp(path.join(tmpdir(), 'icmp-mon-bootstrap-test-'));
  const bootstrapFile = path.join(folder, 'bootstrap.json');
  await writeFile(bootstrapFile, JSON.stringify(secrets));
  config = testApiConfig(databases, folder, { bootstrapFile, starterTargets: ['127.0.0.1', '127.0.0.2'] });
});
afterAll(async () => {
  await databases.dropDatabases();
  await rm(folder, { recursive: true });
});

const get = async (url: string): Promise<Response> =>
  fetch(url, { headers: { authorization: `Bearer ${secrets.apiKey}` } });

describe('bootstrap', () => {
  it('creates the initial content of an installation once, even when two run concurrently', async () => {
    await Promise.all([bootstrap(config), bootstrap(config)]);
    const app = await createApi(config);
    const url = `http://127.0.0.1:${await listen(app, 0, '127.0.0.1')}`;
    const targets = (await (await get(`${url}/api/v1/targets?sort=ip`)).json()) as {
      items: { id: string; ip: string }[];
    };
    expect(targets.items.map((target) => target.ip)).toEqual(['127.0.0.1', '127.0.0.2']);
    const tiers = (await (await get(`${url}/api/v1/tiers`)).json()) as { items: { name: string }[] };
    expect(tiers.items.map((tier) => tier.name)).toEqual(['fast', 'standard']);
    const login = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: secrets.adminUser, password: secrets.adminPassword }),
    });
    expect(login.status).toBe(200);

    const removed = await fetch(`${url}/api/v1/targets/127.0.0.2`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${secrets.apiKey}` },
    });
    expect(removed.status).toBe(204);
    app.getHttpServer().closeAllConnections();
    await app.close();
  });

  it('changes nothing when it runs again: a removed starter target or user stays removed', async () => {
    const database = new ControlDatabase({ url: databases.controlUrl });
    const countEvents = async (): Promise<number> =>
      (await database.query<{ count: number }>('SELECT count(*) AS count FROM event'))[0]?.count ?? -1;
    const before = await countEvents();
    await bootstrap(config);
    expect(await countEvents()).toBe(before);
    await database.execute(`UPDATE user_account SET removed_at = now(), name = 'another'`);
    await bootstrap(config);
    expect(await countEvents()).toBe(before);
    const targets = await database.query<{ ip: string }>('SELECT host(ip) AS ip FROM target_list');
    expect(targets).toEqual([{ ip: '127.0.0.1' }]);
    await database.close();
  });
});

describe('the bootstrap file', () => {
  it.each([
    ['is not JSON', 'not json', 'JSON file'],
    ['lacks members', '{"adminUser":"a"}', 'adminPassword, apiKey, enrolmentToken'],
    ['is a list', '[]', 'adminUser'],
  ])('is rejected when it %s', async (_, content, message) => {
    const file = path.join(folder, 'broken.json');
    await writeFile(file, content);
    expect(() => readBootstrapFile(file)).toThrow(message);
  });
});
