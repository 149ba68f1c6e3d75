import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { Messaging } from '@icmp-mon/platform/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { 'x-permission'?: string; security?: unknown[]; responses: object }>>;
  components: { schemas: Record<string, object> };
}

let api: TestApi;
let document: Document;

beforeAll(async () => {
  api = await startTestApi();
  await api.app.get(Messaging).ensureTopics({ shardCount: api.config.shardCount });
  document = (await (await fetch(`${api.url}/api/openapi.json`)).json()) as Document;
});
afterAll(() => api.stop());

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const STREAMS = ['/api/v1/status/stream', '/api/v1/targets/{id}/live'];

function operations(): { method: string; path: string; permission: string | undefined; isPublic: boolean }[] {
  return Object.entries(document.paths).flatMap(([route, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: route,
        permission: operation['x-permission'],
        isPublic: (operation.security ?? []).length === 0,
      })),
  );
}

/** Status of a route's answer; the answer itself is not read, since a stream never ends. */
async function statusOf(method: string, route: string, headers: Record<string, string>): Promise<number> {
  const abort = new AbortController();
  const url = `${api.url}${route.replace(/\{\w+\}/g, '127.9.9.9')}`;
  const response = await fetch(url, { method, headers, signal: abort.signal });
  const { status } = response;
  if (status >= 400) {
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(((await response.json()) as { status: number }).status).toBe(status);
  }
  abort.abort();
  return status;
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1, and its schemas are valid JSON Schema 2020-12', () => {
    const text = readFileSync(path.join(import.meta.dirname, 'testing/openapi-3.1.schema.json'), 'utf8');
    // ajv follows a dynamic reference only to an anchor at the root; the schemas' own validity is checked below.
    const metaSchema: object = JSON.parse(text.replaceAll('"$dynamicRef": "#meta"', '"$ref": "#/$defs/schema"'));
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(metaSchema);
    validate(document);
    expect(validate.errors).toBeNull();
    expect(document.openapi).toMatch(/^3\.1\./);
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(ajv.validateSchema(schema), name).toBe(true);
      expect(JSON.stringify(schema), name).not.toContain('"nullable"');
    }
  });

  it('has the routes of every context', () => {
    for (const route of [
      '/targets',
      '/targets/{id}',
      '/targets/counts',
      '/tiers',
      '/agents',
      '/status/stream',
      '/health',
      '/dead-letters/replay',
      '/auth/login',
    ]) {
      expect(Object.keys(document.paths)).toContain(`/api/v1${route}`);
    }
  });

  it('is shown as a page', async () => {
    expect((await fetch(`${api.url}/api/docs`)).status).toBe(200);
  });
});

describe('every route', () => {
  it('refuses callers without credentials, with bad ones and with an expired login', async () => {
    for (const { method, path: route, isPublic } of operations()) {
      if (isPublic) continue;
      const name = `${method} ${route}`;
      expect(await statusOf(method, route, {}), name).toBe(401);
      expect(
        await statusOf(method, route, { authorization: `Bearer imk_${'0'.repeat(12)}_${'A'.repeat(43)}` }),
        name,
      ).toBe(401);
      expect(await statusOf(method, route, { authorization: 'Basic YWRtaW46YWRtaW4=' }), name).toBe(401);
      expect(await statusOf(method, route, { cookie: 'icmpmon_session=eyJhbGciOiJub25lIn0.e30.' }), name).toBe(401);
    }
  });

  it('lets a viewer read and nothing else', async () => {
    const written = ['targets:write', 'agents:write', 'agents:enrol', 'operations:replay'];
    for (const { method, path: route, permission, isPublic } of operations()) {
      if (isPublic || permission === undefined) continue;
      const status = await statusOf(method, route, { authorization: `Bearer ${api.keys.viewer}` });
      if (written.includes(permission)) expect(status, `${method} ${route}`).toBe(403);
      else expect([200, 400, 404], `${method} ${route} answered ${status}`).toContain(status);
    }
  });

  it('survives hostile input without a 500', async () => {
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '{"__proto__":{"x":1}}',
      `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      '{"ip":{"a":1},"tags":[[]]}',
    ];
    for (const { method, path: route } of operations()) {
      if (STREAMS.includes(route) || method === 'GET') continue;
      for (const body of bodies) {
        const response = await fetch(`${api.url}${route.replace(/\{\w+\}/g, '%00%0a')}`, {
          method,
          body,
          headers: { authorization: `Bearer ${api.keys.admin}`, 'content-type': 'application/json' },
        });
        expect(response.status, `${method} ${route} ${body.slice(0, 20)}`).not.toBe(500);
        await response.arrayBuffer();
      }
    }
  });

  it('refuses a body over 1 MiB', async () => {
    const response = await api.post('/api/v1/targets', {
      ip: '127.0.0.1',
      tier: 'standard',
      name: 'x'.repeat(1_100_000),
    });
    expect(response.status).toBe(413);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  it('answers an unknown path with a problem', async () => {
    const response = await api.ask('/api/v1/nothing-here');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'not_found', detail: 'There is no GET /api/v1/nothing-here.' });
  });
});
