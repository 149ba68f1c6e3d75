import '@angular/compiler';
import { HttpClient, HttpHandler, type HttpRequest, HttpResponse } from '@angular/common/http';
import { Injector, runInInjectionContext } from '@angular/core';
import type { AgentView } from '@icmp-mon/agents/contract';
import { type Observable, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { AgentsClient } from './agents.client';

/** Answers every request and records it. */
class Recorder extends HttpHandler {
  readonly requests: HttpRequest<unknown>[] = [];

  override handle(request: HttpRequest<unknown>): Observable<HttpResponse<unknown>> {
    this.requests.push(request);
    return of(new HttpResponse({ body: {} }));
  }
}

function recorded(): { client: AgentsClient; requests: HttpRequest<unknown>[] } {
  const recorder = new Recorder();
  const providers = [{ provide: HttpClient, useValue: new HttpClient(recorder) }];
  const client = runInInjectionContext(Injector.create({ providers }), () => new AgentsClient());
  return { client, requests: recorder.requests };
}

describe('the client of agents', () => {
  it('sends the shown version and an idempotency key with a change', async () => {
    const { client, requests } = recorded();
    const agent = { id: 'a1', version: 7 } as AgentView;
    await client.changeAgent(agent, 'cancel-drain', { reason: 'done' });
    await client.changeAgent(agent, 'cancel-drain', {});
    const [first, again] = requests;
    expect([first?.method, first?.url, first?.body]).toEqual([
      'POST',
      '/api/v1/agents/a1/cancel-drain',
      { reason: 'done' },
    ]);
    expect(first?.headers.get('If-Match')).toBe('"7"');
    const keys = [first, again].map((request) => request?.headers.get('Idempotency-Key'));
    expect(keys.every((key) => key !== null && key !== undefined && key.length > 0)).toBe(true);
    expect(new Set(keys).size).toBe(2);
  });

  it('creates and revokes tokens', async () => {
    const { client, requests } = recorded();
    await client.createToken({ uses: 1 });
    await client.revokeToken('t1');
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /api/v1/enrolment-tokens',
      'DELETE /api/v1/enrolment-tokens/t1',
    ]);
  });
});
