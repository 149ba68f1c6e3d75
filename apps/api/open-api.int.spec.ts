import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { Messaging } from '@icmp-mon/platform/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from './testing/test-api';

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  maxLength?: number;
  minLength?: number;
  pattern?: string;
  format?: string;
  maximum?: number;
  $ref?: string;
  required?: string[];
  properties?: Record<string, Schema>;
}

interface Media {
  schema: Schema;
  example?: unknown;
}

interface Answer {
  $ref?: string;
  description?: string;
  content?: Record<string, Media>;
}

interface Operation {
  'x-permission'?: string;
  summary?: string;
  tags?: string[];
  security?: unknown[];
  responses: Record<string, Answer>;
  parameters?: { name: string; in: string; description?: string; schema: Schema }[];
  requestBody?: { content: Record<string, Media> };
}

interface Document {
  openapi: string;
  security: unknown[];
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Answer> };
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

function operations(): { method: string; path: string }[] {
  return Object.entries(document.paths).flatMap(([route, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method]) => ({ method: method.toUpperCase(), path: route })),
  );
}

function described(): { name: string; path: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([route, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${route}`,
      path: route,
      operation,
    })),
  );
}

const answerOf = (answer: Answer): Answer =>
  answer.$ref === undefined ? answer : document.components.responses[answer.$ref.split('/').at(-1) ?? ''];

/** Returns the schema with references to the document that the validator has loaded. */
const withRoot = (schema: Schema): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components')) as object;

/** Routes with a JSON body, and its schema. */
function bodies(): { method: string; path: string; schema: Schema }[] {
  return Object.entries(document.paths).flatMap(([route, item]) =>
    Object.entries(item).flatMap(([method, { requestBody }]) => {
      const ref = Object.values(requestBody?.content ?? {})[0]
        ?.schema.$ref?.split('/')
        .at(-1);
      const schema = ref === undefined ? undefined : document.components.schemas[ref];
      return schema === undefined ? [] : [{ method: method.toUpperCase(), path: route, schema }];
    }),
  );
}

/** Sends bytes as JSON to a route with a body, as an administrator. */
async function send(method: string, route: string, body: string | Uint8Array<ArrayBuffer>): Promise<Response> {
  return fetch(`${api.url}${route.replace(/\{\w+\}/g, '00000000-0000-7000-8000-000000000000')}`, {
    method,
    body,
    headers: { authorization: `Bearer ${api.keys.admin}`, 'content-type': 'application/json' },
  });
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1, and its schemas are valid JSON Schema 2020-12', () => {
    const text = readFileSync(path.join(import.meta.dirname, 'testing/openapi-3.1.schema.json'), 'utf8');
    // ajv follows a dynamic reference only to an anchor at the root; the validity of the schemas themselves is checked below.
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

  it('declares the authentication schemes globally, and the public operations', () => {
    expect(document.security).toEqual([{ apiKey: [] }, { session: [] }]);
    for (const { name, operation } of described()) expect([undefined, []], name).toContainEqual(operation.security);
  });

  it('describes every operation, parameter and tag', () => {
    const all = described();
    const tags = new Map(document.tags.map(({ name, description }) => [name, description]));
    expect([...tags.values()].filter((text) => !text)).toEqual([]);
    const silent = all.flatMap(({ name, operation: { summary, tags: ofOperation = [], parameters = [] } }) => [
      ...(summary ? [] : [`${name} has no summary`]),
      ...(ofOperation.length === 1 && tags.has(ofOperation[0]) ? [] : [`${name} has no described tag`]),
      ...parameters.filter(({ description }) => !description).map((parameter) => `${name} ${parameter.name}`),
    ]);
    expect(silent).toEqual([]);
    const used = new Set(all.flatMap(({ operation }) => operation.tags ?? []));
    expect([...tags.keys()].filter((name) => !used.has(name))).toEqual([]);
  });

  it('has a valid example for every body and response', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'openapi', components: document.components });
    const wrong: string[] = [];
    const check = (name: string, { schema, example }: Media): void => {
      if (example === undefined) wrong.push(`${name} has no example`);
      const isValid = ajv.validate(withRoot(schema), example);
      if (!isValid) wrong.push(`${name}: ${ajv.errorsText()} ${JSON.stringify(example)}`);
    };
    for (const { name, operation } of described()) {
      for (const media of Object.values(operation.requestBody?.content ?? {})) check(`${name} body`, media);
      for (const [status, answer] of Object.entries(operation.responses)) {
        for (const [type, media] of Object.entries(answerOf(answer).content ?? {})) {
          if (type !== 'text/event-stream') check(`${name} ${status}`, media);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('declares the error responses of each operation by status, with an example', () => {
    for (const { name, operation, path: route } of described()) {
      const isPublic = (operation.security ?? document.security).length === 0;
      const parameters = (operation.parameters ?? []).map((parameter) => parameter.name);
      const wanted = [
        ...['429', '503', 'default'],
        ...(isPublic ? [] : ['401']),
        ...(operation['x-permission'] === undefined ? [] : ['403']),
        ...(route.includes('{') ? ['404'] : []),
        ...(operation.requestBody === undefined ? [] : ['400', '413', '415']),
        ...(parameters.includes('If-Match') ? ['412'] : []),
        ...(parameters.includes('Idempotency-Key') ? ['409'] : []),
      ];
      expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(wanted));
      for (const [status, answer] of Object.entries(operation.responses).filter(([each]) => !/^[23]/.test(each))) {
        const { description, content } = answerOf(answer);
        expect(description, `${name} ${status}`).toBeTruthy();
        const example = content?.['application/problem+json']?.example as { status: number } | undefined;
        expect(example, `${name} ${status}`).toBeDefined();
        if (status !== 'default') expect(example?.status).toBe(Number(status));
      }
    }
  });

  it('limits everything that a client may send', () => {
    // Streams take ids that a stream sent; the length of the URL limits them.
    const routes = Object.entries(document.paths).filter(([route]) => !STREAMS.includes(route));
    const parameters = routes.flatMap(([route, item]) =>
      Object.entries(item).flatMap(([method, operation]) =>
        (operation.parameters ?? [])
          .filter((parameter) => parameter.in === 'query' && !isBounded(parameter.schema))
          .map(({ name }) => `${method} ${route} ?${name}`),
      ),
    );
    const members = bodies().flatMap(({ path: route, schema }) =>
      Object.entries(schema.properties ?? {})
        .filter(([, member]) => !isBounded(member))
        .map(([name]) => `${route} ${name}`),
    );
    expect([...parameters, ...members]).toEqual([]);
  });

  it('declares for each string whether it may be empty', async () => {
    const differing: string[] = [];
    const compare = async (name: string, pointer: string, schema: Schema, asked: Promise<Response>): Promise<void> => {
      if (schema.type !== 'string' || schema.enum !== undefined) return;
      const { errors = [] } = (await (await asked).json().catch(() => ({}))) as { errors?: { pointer: string }[] };
      const isRefused = errors.some((error) => error.pointer === pointer);
      const saysSo = (schema.minLength ?? 0) > 0 || schema.pattern !== undefined || schema.format !== undefined;
      if (isRefused !== saysSo) differing.push(name);
    };
    for (const { method, path: route, schema } of bodies()) {
      for (const [name, member] of Object.entries(schema.properties ?? {})) {
        const asked = send(method, route, JSON.stringify({ [name]: '' }));
        await compare(`${method} ${route} ${name}`, `#/${name}`, member, asked);
      }
    }
    for (const [route, item] of Object.entries(document.paths).filter(([each]) => !STREAMS.includes(each))) {
      for (const { name, in: place, schema } of item['get']?.parameters ?? []) {
        if (place !== 'query') continue;
        const url = `${route.replace(/\{\w+\}/g, '00000000-0000-7000-8000-000000000000')}?${name}=`;
        await compare(`GET ${route} ?${name}`, `?${name}`, schema, api.sendRequest(url));
      }
    }
    expect(differing).toEqual([]);
  });

  it('is shown as a page that lists every operation and runs no scripts', async () => {
    const response = await fetch(`${api.url}/api/docs`);
    expect(response.headers.get('content-type')).toContain('text/html');
    const page = await response.text();
    for (const { path: route } of described()) expect(page).toContain(`<code>${route}</code>`);
    expect(page).not.toContain('<script');
  });
});

/** Returns whether a schema limits its strings and numbers, or lists its values. */
function isBounded({ type, enum: values, maxLength = 0, maximum = 0, $ref }: Schema): boolean {
  if (values !== undefined || $ref !== undefined) return true;
  if (type === 'string') return maxLength > 0;
  return (type !== 'number' && type !== 'integer') || maximum > 0;
}

describe('every route with a body', () => {
  it.each(['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty'])(
    'rejects a member %s by its name',
    async (name) => {
      for (const { method, path: route } of bodies()) {
        const response = await send(method, route, `{"${name}":"x"}`);
        expect(response.status, `${method} ${route}`).toBe(400);
        const { errors } = (await response.json()) as { errors: { pointer: string }[] };
        expect(errors.map(({ pointer }) => pointer)).toContain(`#/${name}`);
      }
    },
  );

  it('rejects invalid UTF-8, half a surrogate pair, and null for an omitted member', async () => {
    for (const { method, path: route, schema } of bodies()) {
      const latin1 = await send(method, route, new Uint8Array([...Buffer.from('{"a":"caf'), 0xe9, 0x22, 0x7d]));
      expect(latin1.status, `${method} ${route}`).toBe(400);
      expect(await latin1.json()).toMatchObject({ detail: expect.stringContaining('UTF-8') as string });
      const half = await send(method, route, '{"a":"\\ud800"}');
      expect(await half.json(), `${method} ${route}`).toMatchObject({ errors: [{ pointer: '#/a' }] });
      const removable = (name: string): boolean => [schema.properties?.[name].type].flat().includes('null');
      const optional = Object.keys(schema.properties ?? {}).filter((each) => !schema.required?.includes(each));
      for (const name of optional.filter((each) => !removable(each))) {
        const response = await send(method, route, JSON.stringify({ [name]: null }));
        expect(response.status, `${method} ${route} ${name}`).toBe(400);
        const { errors } = (await response.json()) as { errors: { pointer: string }[] };
        expect(errors.map(({ pointer }) => pointer)).toContain(`#/${name}`);
      }
    }
  });
});

describe('every route', () => {
  it('rejects days that do not exist, numbers as times, and numbers in another notation', async () => {
    for (const [route, item] of Object.entries(document.paths)) {
      for (const { name, schema } of item['get']?.parameters ?? []) {
        const isTime = ['from', 'to'].includes(name);
        const bad = isTime
          ? ['2026-02-30T00:00:00Z', '0.5', '1700000000']
          : name === 'limit'
            ? ['1e1', '0x10', '1.0', '']
            : [];
        for (const value of bad) {
          const url = `${route.replace(/\{\w+\}/g, '00000000-0000-7000-8000-000000000000')}?${name}=${value}`;
          const response = await api.sendRequest(url);
          expect(response.status, `${url} ${JSON.stringify(schema)}`).toBe(400);
          const { errors } = (await response.json()) as { errors: { pointer: string }[] };
          expect(errors.map(({ pointer }) => pointer)).toContain(`?${name}`);
        }
      }
    }
    expect((await api.sendRequest('/api/v1/targets?constructor=x')).status).toBe(400);
  });

  it('answers hostile input without a 500', async () => {
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

  it('rejects a body over 1 MiB', async () => {
    const response = await api.postJson('/api/v1/targets', {
      ip: '127.0.0.1',
      tier: 'standard',
      name: 'x'.repeat(1_100_000),
    });
    expect(response.status).toBe(413);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  it('answers an unknown path with a problem', async () => {
    const response = await api.sendRequest('/api/v1/nothing-here');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'not_found', detail: 'There is no GET /api/v1/nothing-here.' });
  });
});
