import { keepAnswer } from '@icmp-mon/platform/event-store';
import type { Sql } from '@icmp-mon/platform/database';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { AnswerHeadersInterceptor, Located, Versioned } from './answer-headers.interceptor';
import { Idempotent, IdempotencyInterceptor } from './idempotency.interceptor';
import type { IdempotentAnswers, KeptAnswer } from './idempotent-answers';

const SQL = {} as Sql;

class Route {
  plain(): void {}

  create(): void {}
}
const descriptor = { value: Route.prototype.create };
for (const decorate of [Idempotent('create-thing'), Versioned(), Located('/api/v1/things')]) {
  decorate(Route.prototype, 'create', descriptor);
}

/** Stores answers in memory. */
class MemoryAnswers implements Pick<IdempotentAnswers, 'once'> {
  private readonly kept = new Map<string, KeptAnswer>();

  async once(...[{ key, requestSha256 }, work]: Parameters<IdempotentAnswers['once']>): Promise<KeptAnswer> {
    const name = `${key} ${requestSha256}`;
    const kept = this.kept.get(name);
    return kept ?? work((_sql, answer) => Promise.resolve(void this.kept.set(name, answer)));
  }
}

function request(handler: () => void, sent: { key?: string; body?: unknown; params?: object; query?: object }) {
  const headers = new Map<string, unknown>();
  const response = {
    statusCode: 201,
    status: (code: number) => (response.statusCode = code),
    setHeader: (name: string, value: unknown) => headers.set(name, value),
  };
  const { key, body, params = {}, query = {} } = sent;
  const http = {
    getRequest: () => ({ headers: { 'idempotency-key': key }, body, params, query }),
    getResponse: () => response,
  };
  const parts = { getHandler: () => handler, getClass: () => Route, switchToHttp: () => http };
  const context = parts as unknown as ExecutionContext;
  return { context, headers, response };
}

describe('a request with an Idempotency-Key', () => {
  const answers = new MemoryAnswers() as unknown as IdempotentAnswers;
  const interceptor = new IdempotencyInterceptor(new Reflector(), answers);
  let runs = 0;
  /** A command that stores its answer in its transaction. */
  const command: CallHandler = {
    handle: () => {
      const run = async (): Promise<object> => {
        runs += 1;
        const answer = { id: `thing-${runs}`, version: 1 };
        await keepAnswer(SQL, answer);
        return answer;
      };
      return from(run());
    },
  };
  const send = async (sent: Parameters<typeof request>[1], handler = Route.prototype.create): Promise<unknown> =>
    firstValueFrom(await interceptor.intercept(request(handler, sent).context, command));

  it('takes effect once, and every repeated request receives the first answer', async () => {
    runs = 0;
    const sent = { key: 'order-1', body: { ip: 'x' }, params: { id: '1' } };
    expect(await send(sent)).toEqual({ id: 'thing-1', version: 1 });
    expect(await send(sent)).toEqual({ id: 'thing-1', version: 1 });
    expect(runs).toBe(1);
    expect(await send({ ...sent, params: { id: '2' } })).toEqual({ id: 'thing-2', version: 1 });
  });

  it('is a different request under another path, even if a body member repeats the path parameter of the first request', async () => {
    runs = 0;
    await send({ key: 'order-4', body: { ip: 'x' }, params: { id: '1' } });
    await send({ key: 'order-4', body: { ip: 'x', id: '1' }, params: { id: '2' } });
    expect(runs).toBe(2);
  });

  it('is a different request with another query, which selects the resource', async () => {
    runs = 0;
    const sent = { key: 'order-5', body: { name: 'x' }, params: { id: '10.0.0.1' } };
    await send({ ...sent, query: { vrf: 'blue' } });
    await send({ ...sent, query: { vrf: 'red' } });
    await send(sent);
    await send({ ...sent, query: { vrf: 'red' } });
    expect(runs).toBe(3);
  });

  it('takes effect each time without a key, and on a route that is not @Idempotent', async () => {
    runs = 0;
    await send({ body: {} });
    await send({ body: {} });
    await send({ key: 'order-2', body: {} }, Route.prototype.plain);
    await send({ key: 'order-2', body: {} }, Route.prototype.plain);
    expect(runs).toBe(4);
  });

  it('fails when the command stores no answer, because a repeated request would take effect again', async () => {
    const { context } = request(Route.prototype.create, { key: 'order-3', body: {} });
    const careless: CallHandler = { handle: () => from(Promise.resolve({})) };
    await expect(interceptor.intercept(context, careless)).rejects.toThrow('stored no answer');
  });
});

describe('the headers of an answer', () => {
  const interceptor = new AnswerHeadersInterceptor(new Reflector());
  const answer: CallHandler = { handle: (): Observable<unknown> => from([{ id: 'a1', version: 3 }]) };

  it('are Location and ETag where the route declares them', async () => {
    const { context, headers } = request(Route.prototype.create, {});
    expect(await firstValueFrom(interceptor.intercept(context, answer))).toEqual({ id: 'a1', version: 3 });
    expect(Object.fromEntries(headers)).toEqual({ Location: '/api/v1/things/a1', ETag: '"3"' });
  });

  it('are not set otherwise', async () => {
    const { context, headers } = request(Route.prototype.plain, {});
    await firstValueFrom(interceptor.intercept(context, answer));
    expect(headers.size).toBe(0);
  });
});
