import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answerer, answerJson, type FakeApi, problem, startFakeApi } from '../testing/fake-api';
import { ApiClient, pathOf } from './api-client';
import { ApiRefusal } from './problem';
import { versionWarning } from './version-warning';

let fake: FakeApi | undefined;
let api: ApiClient | undefined;
const notes: string[] = [];

async function clientOf(answer: Answerer, path = '/'): Promise<ApiClient> {
  fake = await startFakeApi(answer);
  const connection = { url: new URL(fake.url + path), apiKey: 'imk_key', ca: undefined, userAgent: 'icmpmon/test' };
  api = new ApiClient(connection, (line) => notes.push(line));
  return api;
}

afterEach(async () => {
  api?.close();
  await fake?.stop();
  notes.length = 0;
});

const once =
  (first: Answerer, then: Answerer): Answerer =>
  (request, response) =>
    (fake?.received.length === 1 ? first : then)(request, response);
const hangUp: Answerer = (_, response) => response.destroy();

describe('a request', () => {
  it('carries key, query without undefined values, and keeps the path of a proxy', async () => {
    const client = await clientOf((_, response) => answerJson(response, { ok: true }), '/monitor/');
    expect(await client.readDocument(pathOf('targets', 'a/b c'), { filter: 'a=b & c', vrf: undefined })).toEqual({
      ok: true,
    });
    expect(fake?.received[0]).toMatchObject({
      ...{ method: 'GET', path: '/monitor/api/v1/targets/a%2Fb%20c?filter=a%3Db+%26+c' },
      headers: { authorization: 'Bearer imk_key', accept: 'application/json', 'user-agent': 'icmpmon/test' },
    });
  });

  it('returns the ETag, and sends it back as If-Match', async () => {
    const client = await clientOf((_, response) => answerJson(response, { version: 3 }, 200, { etag: '"3"' }));
    const { etag } = await client.readVersioned('targets/1');
    await client.sendPatch('targets/1', { name: 'x' }, { ifMatch: etag });
    expect(fake?.received[1]).toMatchObject({
      ...{ method: 'PATCH', body: '{"name":"x"}' },
      headers: { 'if-match': '"3"', 'content-type': 'application/merge-patch+json' },
    });
  });

  it('reads pages up to the last', async () => {
    const client = await clientOf(({ path }, response) =>
      answerJson(response, path.includes('cursor=b') ? { items: [3], next: null } : { items: [1, 2], next: 'b' }),
    );
    const rows: number[] = [];
    for await (const row of client.readRows<number>('targets')) rows.push(row);
    expect(rows).toEqual([1, 2, 3]);
  });

  it('sends a file as it is read', async () => {
    const client = await clientOf(({ body }, response) => answerJson(response, { length: body.length }));
    expect(await client.uploadFile('targets:import', Readable.from(['ab', 'cd']), 'text/csv')).toEqual({ length: 4 });
    expect(fake?.received[0]?.headers['transfer-encoding']).toBe('chunked');
  });
});

describe('a request is repeated', () => {
  it('after 429 when Retry-After has passed, with the same Idempotency-Key', async () => {
    const refused: Answerer = (_, response) =>
      answerJson(response, problem(429, 'Too many.'), 429, { 'retry-after': '1' });
    const client = await clientOf(once(refused, (_, response) => answerJson(response, { id: 1 }, 201)));
    expect(await client.sendPost('targets', {})).toEqual({ id: 1 });
    const [first, second] = (fake?.received ?? []).map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/^[\w-]{36}$/);
    expect(second).toBe(first);
    expect(notes).toEqual(['Too many. Trying again in 1 s …']);
  });

  it('after a broken connection if it may arrive twice, and a repeated DELETE that finds nothing is done', async () => {
    const client = await clientOf(once(hangUp, (_, response) => answerJson(response, problem(404, 'Gone.'), 404)));
    await client.sendDelete('targets/1');
    expect(fake?.received).toHaveLength(2);
  });

  it('not after a broken connection if it would take effect twice', async () => {
    const client = await clientOf(hangUp);
    await expect(client.sendPost('api-keys', {})).rejects.toThrow(/closed the connection/);
    expect(fake?.received).toHaveLength(1);
  });

  it('not when the server asks for a long wait', async () => {
    const client = await clientOf((_, response) =>
      answerJson(response, problem(429, 'Locked.'), 429, { 'retry-after': '900' }),
    );
    await expect(client.readDocument('targets')).rejects.toThrow(/^Locked\.\nTry again later/);
    expect(fake?.received).toHaveLength(1);
  });

  it('at most five times', async () => {
    const client = await clientOf((_, response) =>
      answerJson(response, problem(503, 'No database.'), 503, { 'retry-after': '1' }),
    );
    await expect(client.readDocument('targets')).rejects.toThrow(ApiRefusal);
    expect(fake?.received).toHaveLength(5);
  }, 20_000);
});

describe('a refusal names the remedy', () => {
  it.each([
    [401, problem(401, 'Log in.'), /^Log in\.\n.*expired or revoked.*icmpmon login/],
    [
      403,
      problem(403, 'This requires the permission targets:write.'),
      /^This requires the permission targets:write\.\nUse an API key/,
    ],
    [
      400,
      problem(400, 'See errors.', { errors: [{ pointer: '#/tags/site', detail: 'is too long' }] }),
      /^See errors\.\n {2}tags\.site: is too long$/,
    ],
    [412, problem(412, 'It is at version 4.'), /nothing.*repeat the command/s],
    [500, problem(500, 'Failed.', { instance: 'urn:uuid:1' }), /Request id: urn:uuid:1/],
  ])('%i', async (status, body, message) => {
    const client = await clientOf((_, response) => answerJson(response, body, status));
    await expect(client.readDocument('targets')).rejects.toThrow(message);
  });

  it.each<[string, Answerer, RegExp]>([
    [
      'a page',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
      /of type text\/html, which is not the API.*--url/,
    ],
    [
      'a redirect',
      (_, response) => response.writeHead(301, { location: 'https://other.example/x' }).end(),
      /redirects to https:\/\/other\.example\. Use that URL/,
    ],
    [
      'a foreign 404',
      (_, response) => response.writeHead(404, { 'content-type': 'application/json' }).end('{}'),
      /answers 404.*not the API/,
    ],
    [
      'JSON that ends early',
      (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a'),
      /not the API/,
    ],
  ])('of %s', async (_, answer, message) => {
    const client = await clientOf(answer);
    await expect(client.readDocument('targets')).rejects.toThrow(message);
  });
});

describe('a server of another major version', () => {
  it.each([
    [
      '2.0.0',
      '1.4.0',
      /^This is icmpmon 1\.4\.0, the server has version 2\.0\.0: .* https:\/\/mon\.example\/icmpmon\.mjs$/,
    ],
    ['1.9.0', '1.4.0', null],
    ['development', '1.4.0', null],
    [undefined, '1.4.0', null],
  ])('%s for the client %s', (server, own, expected) => {
    const warning = versionWarning(server, 'https://mon.example', own);
    if (expected === null) expect(warning).toBeNull();
    else expect(warning).toMatch(expected);
  });
});
