import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { AuditKind, AuditPage } from '@icmp-mon/audit/contract';
import { AuditedCategories } from '@icmp-mon/platform/plugins';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditReads } from './testing/audit-reads';
import { registerTarget } from './testing/register-target';
import { startTestApi, type TestApi } from './testing/test-api';
import { TestUsers } from './testing/test-users';

const ROOT = path.join(import.meta.dirname, '../..');
const UNKNOWN_ID = '00000000-0000-7000-8000-000000000000';

let api: TestApi;
let audit: AuditReads;

beforeAll(async () => {
  api = await startTestApi();
  audit = new AuditReads(api);
});
afterAll(() => api.stop());

const change = (id: string, patch: object): Promise<Response> =>
  api.sendJson('PATCH', `/api/v1/targets/${id}`, patch, { 'content-type': 'application/merge-patch+json' });

const shown = ({ items }: AuditPage) => items.map(({ did, changes }) => ({ did, changes }));

describe('the audit of an entity', () => {
  it('shows what each event changed, also of a removed target, by its address', async () => {
    const parent = await registerTarget(api, '127.8.0.1');
    const target = await registerTarget(api, '127.8.0.2', {
      name: 'edge',
      tags: { site: 'fra' },
      parents: ['127.8.0.1'],
    });
    await change(target.id, { name: 'edge-2', tags: { site: null, rack: '7' }, paused: true });
    expect((await api.sendRequest(`/api/v1/targets/${target.id}`, { method: 'DELETE' })).status).toBe(204);
    const page = await audit.readPage({ kind: 'target', entity: '127.8.0.2' });
    expect(shown(page)).toEqual([
      {
        did: 'removed the target',
        changes: [
          { field: 'ip', before: '127.8.0.2', after: null },
          { field: 'vrf', before: 'default', after: null },
          { field: 'name', before: 'edge-2', after: null },
          { field: 'tier', before: 'standard', after: null },
          { field: 'paused', before: 'true', after: null },
          { field: 'parents', before: '127.8.0.1', after: null },
          { field: 'tag:rack', before: '7', after: null },
        ],
      },
      {
        did: 'changed the target',
        changes: [
          { field: 'name', before: 'edge', after: 'edge-2' },
          { field: 'paused', before: 'false', after: 'true' },
          { field: 'tag:site', before: 'fra', after: null },
          { field: 'tag:rack', before: null, after: '7' },
        ],
      },
      {
        did: 'registered the target',
        changes: [
          { field: 'ip', before: null, after: '127.8.0.2' },
          { field: 'vrf', before: null, after: 'default' },
          { field: 'name', before: null, after: 'edge' },
          { field: 'tier', before: null, after: 'standard' },
          { field: 'paused', before: null, after: 'false' },
          { field: 'parents', before: null, after: '127.8.0.1' },
          { field: 'tag:site', before: null, after: 'fra' },
        ],
      },
    ]);
    expect(page.items[0]).toMatchObject({
      actor: { id: expect.stringMatching(/^api-key:/) as string, name: 'admin' },
      entity: { kind: 'target', id: target.id, name: '127.8.0.2' },
      version: 3,
      event: 'TargetRemoved',
    });
    expect((await audit.readPage({ kind: 'target', entity: parent.id })).items).toHaveLength(1);
    expect((await audit.readPage({ kind: 'target', entity: UNKNOWN_ID })).items).toEqual([]);
  });

  it('shows personal data that were erased as erased, everywhere', async () => {
    const { id } = await registerTarget(api, '127.8.0.3', { name: 'house of Ada', owner: 'Ada' });
    await change(id, { notes: 'call Ada' });
    await api.sendRequest(`/api/v1/targets/${id}`, { method: 'DELETE' });
    const erased = await api.sendRequest(`/api/v1/targets/${id}/personal-data`, { method: 'DELETE' });
    expect(erased.status).toBe(204);
    const page = await audit.readPage({ kind: 'target', entity: id });
    expect(page.items[0]).toMatchObject({ did: 'erased the personal data of the removed target', changes: [] });
    expect(page.items[2].changes).toEqual([{ field: 'notes', before: null, after: '(erased)' }]);
    expect(JSON.stringify(page)).not.toContain('Ada');
    expect(JSON.stringify(await audit.readExport({ kind: 'target', entity: id }))).not.toContain('Ada');
  });

  it('shows changes of access without secrets', async () => {
    const users = new TestUsers(api);
    const { user, link } = await users.inviteUser('grace', 'viewer');
    await api.sendJson('PUT', `/api/v1/users/${user.id}/role`, { role: 'operator' });
    await api.sendRequest(`/api/v1/users/${user.id}/disable`, { method: 'POST' });
    const key = (await (await api.postJson('/api/v1/api-keys', { name: 'graphs', role: 'viewer' })).json()) as {
      key: string;
    };
    const page = await audit.readPage({ kind: 'user', entity: 'Grace' });
    expect(shown(page).map(({ did }) => did)).toEqual([
      'disabled the user',
      'gave the user the role operator',
      expect.stringMatching(/^created a link with which the user can set a password \(invitation\), valid until /),
      'created the user',
    ]);
    expect(page.items[1].changes).toEqual([{ field: 'role', before: 'viewer', after: 'operator' }]);
    const all = JSON.stringify(await audit.readExport({}));
    expect(all).toContain('created the API key');
    const secretOfKey = key.key.replace(/^imk_[0-9a-f]+_/, '');
    for (const secret of [link.token, key.key, secretOfKey]) {
      expect(all).not.toContain(secret);
    }
    expect(all).not.toMatch(/argon2|secretHash/);
  });

  it('names a removed user, also as the actor, until the name is erased', async () => {
    const { id, ask } = await new TestUsers(api).addMember('wilma', 'engineer');
    expect((await ask('POST', 'targets', { ip: '127.8.0.5', tier: 'fast' })).status).toBe(201);
    expect((await api.sendRequest(`/api/v1/users/${id}`, { method: 'DELETE' })).status).toBe(204);
    const ofUser = { kind: 'user', entity: id };
    const removal = (await audit.readPage(ofUser)).items[0];
    expect(removal).toMatchObject({ did: 'removed the user', entity: { name: 'wilma' } });
    expect(removal.changes).toContainEqual({ field: 'role', before: 'engineer', after: null });
    expect((await audit.readPage({ actor: 'wilma', kind: 'target' })).items).toHaveLength(1);
    const erased = await api.sendRequest(`/api/v1/users/${id}/personal-data`, { method: 'DELETE' });
    expect(erased.status).toBe(204);
    expect((await audit.readPage(ofUser)).items[0]).toMatchObject({ did: 'erased the name of the removed user' });
    expect((await audit.readPage({ actor: `user:${id}`, kind: 'target' })).items[0].actor.name).toBe('(erased)');
    expect(JSON.stringify(await audit.readExport({}))).not.toContain('wilma');
  });

  it('shows the whole policy of a tier, field by field', async () => {
    const [standard] = ((await (await api.sendRequest('/api/v1/tiers')).json()) as { items: { name: string }[] }).items;
    const page = await audit.readPage({ kind: 'tier', entity: standard.name });
    expect(page.items[0].changes).toContainEqual({ field: 'check.1.type', before: null, after: 'icmp_ping' });
    expect(page.items[0]).toMatchObject({ actor: { id: 'system:test', name: null }, did: 'defined the tier' });
  });
});

it('describes each category of events that a contract declares', async () => {
  const texts = globSync('libs/*/contract/**/*.ts', { cwd: ROOT }).map((name) =>
    readFileSync(path.join(ROOT, name), 'utf8'),
  );
  const declared = texts.flatMap((text) => [...text.matchAll(/_STREAM = '(\w+)'/g)].map(([, name]) => name));
  expect(declared.length).toBeGreaterThan(7);
  const described = api.app.get(AuditedCategories).plugged;
  expect(described.map(({ aggregate }) => aggregate.category)).toEqual(declared.sort());
  const response = await api.sendRequest('/api/v1/events/kinds');
  const { items } = (await response.json()) as { items: AuditKind[] };
  expect(items.find(({ kind }) => kind === 'api-key')?.events).toContain('ApiKeyRevoked');
});
