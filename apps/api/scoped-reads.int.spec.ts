import type { StatusCountsView, TagList, TargetPage, TargetView } from '@icmp-mon/targets/contract';
import type { TierView } from '@icmp-mon/tiers/contract';
import { Messaging } from '@icmp-mon/platform/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DocumentedRoute, documentedRoutes } from './testing/documented-routes';
import { SCOPE, ScopedFixture } from './testing/scoped-fixture';
import { startTestApi, type TestApi } from './testing/test-api';

const ABSENT = '01936d2e-7c1a-7b3e-9a51-0242ac120002';
/** Streams answer until they are closed; they have tests of their own. */
const STREAMS = ['/api/v1/status/stream', '/api/v1/targets/{id}/live'];
/** Queries that routes need. */
const QUERIES: Readonly<Record<string, string>> = {
  '/api/v1/target-figures': '?keys=1,2,3,4,5',
  '/api/v1/target-maintenance': '?keys=1,2,3,4,5',
  '/api/v1/targets/{id}/history': '?from=now-1h',
  '/api/v1/targets/tags': '?key=customer',
};

let api: TestApi;
let scoped: ScopedFixture;
let routes: DocumentedRoute[];

beforeAll(async () => {
  api = await startTestApi();
  await api.app.get(Messaging).ensureTopics({ shardCount: api.config.shardCount });
  scoped = await ScopedFixture.open(api);
  routes = await documentedRoutes(api);
});
afterAll(() => api.stop());

const reads = (): DocumentedRoute[] =>
  routes.filter(({ method, scopeUse, path }) => method === 'GET' && scopeUse === 'applied' && !STREAMS.includes(path));
const pathOf = ({ path }: DocumentedRoute, id: string): string =>
  `${path.replace(/\{\w+\}/g, id)}${QUERIES[path] ?? ''}`;
/** Returns an answer without what differs between requests. */
const bare = (text: string, ref: string): string =>
  text
    .replaceAll(ref, '<ref>')
    .replace(/"instance":"[^"]*"/, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');

describe('each route of the document', () => {
  it('refuses a caller with a scope, unless it applies the scope or shows no targets', async () => {
    const wrong: string[] = [];
    for (const route of routes.filter(({ isPublic }) => !isPublic)) {
      if (STREAMS.includes(route.path)) continue;
      const { status } = await scoped.askScoped(pathOf(route, ABSENT), { method: route.method }, scoped.engineer.key);
      const isRefused = status === 403;
      // Routes of the caller's own account refuse every key.
      const isExpected = isRefused === (route.scopeUse === null) || route.path.startsWith('/api/v1/auth/');
      if (!isExpected || status >= 500) wrong.push(`${route.method} ${route.path}: ${status}, ${route.scopeUse}`);
    }
    expect(wrong).toEqual([]);
    const count = (use: DocumentedRoute['scopeUse']) => routes.filter(({ scopeUse }) => scopeUse === use).length;
    console.info(
      `scopes: ${count('applied')} routes apply, ${count('open')} are open, ${count(null)} refuse or are public`,
    );
  });

  it('shows nothing of targets outside of the scope', async () => {
    const leaks: string[] = [];
    for (const route of reads()) {
      for (const { id } of scoped.ours) {
        const answer = await scoped.askScoped(pathOf(route, id));
        const text = (await answer.text()) + JSON.stringify([...answer.headers]);
        if (answer.status >= 500) leaks.push(`${route.path} answered ${answer.status}`);
        leaks.push(...scoped.leaksIn(text).map((mark) => `${route.path} contains ${mark}`));
      }
    }
    expect(leaks).toEqual([]);
  });

  it('answers for a target outside of the scope as for one that does not exist', async () => {
    const differing: string[] = [];
    const ofTargets = reads().filter(({ path }) => path.startsWith('/api/v1/targets/{id}'));
    expect(ofTargets.length).toBeGreaterThan(6);
    for (const route of ofTargets) {
      for (const [theirs, absent] of [
        [scoped.theirs[0].id, ABSENT],
        ['10.2.0.1', '10.9.9.9'],
      ]) {
        const [hidden, none] = await Promise.all([theirs, absent].map((ref) => scoped.askScoped(pathOf(route, ref))));
        const [text, expected] = [bare(await hidden.text(), theirs), bare(await none.text(), absent)];
        if (hidden.status !== 404 || text !== expected || hidden.headers.has('etag'))
          differing.push(`${route.path} ${theirs}: ${hidden.status} ${text}, not ${expected}`);
      }
    }
    expect(differing).toEqual([]);
  });
});

describe('a caller with a scope', () => {
  it('lists, counts, searches and exports its targets only', async () => {
    const { items, total, next } = await scoped.readJson<TargetPage>('targets?sort=ip');
    expect(items.map(({ name }) => name)).toEqual(['acme core', 'acme edge']);
    expect({ total, next }).toEqual({ total: 2, next: null });
    for (const query of [
      'filter=customer%20%3D%20boltcorp',
      'q=bolt',
      'vrf=boltvrf',
      'filter=owner%3D*',
      'position=2',
    ]) {
      expect((await scoped.readJson<TargetPage>(`targets?${query}`)).items, query).toEqual([]);
    }
    expect(await scoped.readJson<StatusCountsView>('targets/counts')).toMatchObject({ unknown: 2, up: 0, down: 0 });
    const all = (await (await api.sendRequest('/api/v1/targets/counts')).json()) as StatusCountsView;
    expect(all.unknown).toBe(5);
    expect(await scoped.readJson('targets/counts?filter=vrf%3Dboltvrf%20OR%20customer%3Dboltcorp')).toMatchObject({
      unknown: 0,
    });
    const csv = await (await scoped.askScoped('/api/v1/targets:export')).text();
    expect(csv.trim().split('\n')).toHaveLength(3);
    expect(await scoped.readJson<object[]>('targets:http-sd')).toHaveLength(2);
  });

  it('finds an address that is also a target of others without asking for the VRF', async () => {
    const found = await scoped.readJson<TargetView>('targets/10.1.0.2');
    expect(found).toMatchObject({ name: 'acme edge', vrf: 'default', parents: [{ ip: '10.1.0.1' }] });
    expect((await scoped.askScoped('/api/v1/targets/10.1.0.2?vrf=boltvrf')).status).toBe(404);
    const around = await scoped.askScoped(`/api/v1/targets?around=${scoped.theirs[0].id}`);
    expect(around.status).toBe(404);
  });

  it('cannot ask by what belongs to others: parents, counts of tags', async () => {
    const refused = await scoped.askScoped('/api/v1/targets?filter=parent%3D10.2.0.1');
    expect(refused.status).toBe(400);
    const { items: keys } = await scoped.readJson<TagList>('targets/tags');
    expect(keys).toEqual([
      { text: 'customer', targets: 2 },
      { text: 'site', targets: 2 },
    ]);
    const { items: values } = await scoped.readJson<TagList>('targets/tags?key=CUSTOMER');
    expect(values).toEqual([{ text: 'Acme', targets: 2 }]);
    expect((await scoped.readJson<TagList>('targets/tags?key=customer&prefix=b')).items).toEqual([]);
  });

  it('sees of each tier the number of its own targets', async () => {
    const { items } = await scoped.readJson<{ items: TierView[] }>('tiers');
    expect(items.map(({ name, targetCount }) => [name, targetCount]).filter(([, count]) => count !== 0)).toEqual([
      ['standard', 2],
    ]);
    expect(await scoped.readJson('tiers/standard')).toMatchObject({ targetCount: 2 });
    expect(await (await api.sendRequest('/api/v1/tiers/standard')).json()).toMatchObject({ targetCount: 5 });
  });

  it('sees own saved views only, and shares none', async () => {
    const view = { name: 'boltview', query: { filter: 'customer=boltcorp' }, isShared: true };
    expect((await api.postJson('/api/v1/views', view)).status).toBe(201);
    expect(await scoped.readJson('views')).toEqual({ items: [] });
    expect((await scoped.sendChange('POST', 'views', { ...view, name: 'mine' })).status).toBe(403);
    expect((await scoped.sendChange('POST', 'views', { ...view, name: 'mine', isShared: false })).status).toBe(201);
  });

  it('reads its scope, and no name of another target in an error', async () => {
    expect(await scoped.readJson('auth/me')).toMatchObject({ scope: SCOPE });
    const { detail } = (await (await scoped.askScoped('/api/v1/agents')).json()) as { detail: string };
    expect(detail).toContain(SCOPE);
  });
});
