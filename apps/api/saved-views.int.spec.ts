import type { SavedView, SavedViewList } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

let api: TestApi;
const as = (role: 'viewer' | 'engineer') => ({ authorization: `Bearer ${api.keys[role]}` });
let viewer: Record<string, string>;
let engineer: Record<string, string>;

beforeAll(async () => {
  api = await startTestApi();
  viewer = as('viewer');
  engineer = as('engineer');
});
afterAll(() => api.stop());

const save = (body: object, headers = engineer): Promise<Response> => api.postJson('/api/v1/views', body, headers);
const namesOf = async (headers: Record<string, string>): Promise<string[]> => {
  const response = await api.sendRequest('/api/v1/views', { headers });
  return ((await response.json()) as SavedViewList).items.map(
    ({ name, isOwn }) => `${name}${isOwn ? '' : ' (shared)'}`,
  );
};
const change = (method: string, id: string, body: object | null, headers: Record<string, string>): Promise<Response> =>
  api.sendJson(method, `/api/v1/views/${id}`, body ?? undefined, headers);

describe('saved views of the target list', () => {
  it('belong to the caller unless they are shared', async () => {
    const own = await save({ name: 'Lab', query: { filter: 'role=lab', columns: 'name,tag:site' } });
    expect(own.status).toBe(201);
    expect(own.headers.get('etag')).toBe('"1"');
    const view = (await own.json()) as SavedView;
    expect(own.headers.get('location')).toBe(`/api/v1/views/${view.id}`);
    expect(view).toMatchObject({
      isOwn: true,
      isShared: false,
      query: { filter: 'role=lab', columns: 'name,tag:site' },
    });
    await save({ name: 'Down', query: { status: 'down', sort: 'since', order: 'desc' }, isShared: true });
    await save({ name: 'Mine', query: {} }, viewer);
    expect(await namesOf(engineer)).toEqual(['Down', 'Lab']);
    expect(await namesOf(viewer)).toEqual(['Mine', 'Down (shared)']);
  });

  it('have names of their own, ignoring case', async () => {
    const again = await save({ name: 'LAB', query: {} });
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ errors: [{ pointer: '#/name' }] });
  });

  it('are shared only by who may change targets', async () => {
    expect((await save({ name: 'For all', query: {}, isShared: true }, viewer)).status).toBe(403);
  });

  it.each([
    [{ name: 'Bad', query: { filter: 'status=dwn' } }, '#/query/filter'],
    [{ name: 'Bad', query: { sort: 'colour' } }, '#/query/sort'],
    [{ name: '', query: {} }, '#/name'],
    [{ name: 'Bad' }, '#/query'],
  ])('are refused with the place of the fault: %j', async (body, pointer) => {
    const response = await save(body);
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { pointer: string }[] };
    expect(errors.map((error) => error.pointer)).toContain(pointer);
  });

  it('are replaced and deleted by their owner', async () => {
    const view = (await (await save({ name: 'Old', query: {} })).json()) as SavedView;
    const next = { name: 'New', query: { q: 'core' } };
    expect((await change('PUT', view.id, next, viewer)).status).toBe(404);
    expect((await change('PUT', view.id, next, { ...engineer, 'if-match': '"7"' })).status).toBe(412);
    const replaced = await change('PUT', view.id, next, { ...engineer, 'if-match': '"1"' });
    expect(replaced.headers.get('etag')).toBe('"2"');
    expect(await replaced.json()).toMatchObject({ name: 'New', query: { q: 'core' }, version: 2 });
    expect((await change('PUT', view.id, { ...next, name: 'Lab' }, engineer)).status).toBe(409);
    expect((await change('DELETE', view.id, null, viewer)).status).toBe(404);
    expect((await change('DELETE', view.id, null, engineer)).status).toBe(204);
    expect((await change('DELETE', view.id, null, engineer)).status).toBe(404);
  });

  it('get a name once, also when several are renamed or saved with it at the same time', async () => {
    const saved = Array.from({ length: 10 }, (_, at) => save({ name: `Rename ${at}`, query: {} }));
    const views = await Promise.all(
      (await Promise.all(saved)).map((response) => response.json() as Promise<SavedView>),
    );
    const same = { name: 'Same', query: {} };
    const answers = await Promise.all([...views.map(({ id }) => change('PUT', id, same, engineer)), save(same)]);
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([statuses[0], ...Array.from({ length: 10 }, () => 409)]);
    expect([200, 201]).toContain(statuses[0]);
  });

  it('are at most 50 of one user, also when they are saved at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) => save({ name: `View ${at}`, query: {} }, viewer)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(49);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(11);
  });
});
