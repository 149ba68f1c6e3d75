import type { IssuedApiKey } from '@icmp-mon/identity/contract';
import type { TargetView } from '@icmp-mon/targets/contract';
import { expect } from 'vitest';
import type { TestApi } from './test-api';

export const SCOPE = 'customer=acme';

/** Two customers of one installation, and an API key of each role that is limited to the targets of one of them. */
export class ScopedFixture {
  private constructor(
    private readonly api: TestApi,
    readonly viewer: IssuedApiKey,
    readonly engineer: IssuedApiKey,
    /** In the scope: the second depends on the first and on `theirs`, and its address is also one of the other customer. */
    readonly ours: TargetView[],
    /** Outside of the scope. */
    readonly theirs: TargetView[],
  ) {}

  static async open(api: TestApi): Promise<ScopedFixture> {
    const issue = async (role: string): Promise<IssuedApiKey> =>
      (await (
        await api.postJson('/api/v1/api-keys', { name: `acme ${role}`, role, scope: SCOPE })
      ).json()) as IssuedApiKey;
    const register = async (body: object): Promise<TargetView> => {
      const response = await api.postJson('/api/v1/targets', { tier: 'standard', ...body });
      expect(response.status).toBe(201);
      return (await response.json()) as TargetView;
    };
    const acme = { tags: { customer: 'Acme', site: 'berlin' } };
    const bolt = { tags: { customer: 'boltcorp', plant: 'oslo' }, owner: 'boltowner', notes: 'boltnotes' };
    const theirs = [
      await register({ ip: '10.2.0.1', name: 'boltcore', ...bolt }),
      await register({ ip: '10.1.0.2', vrf: 'boltvrf', name: 'boltedge', ...bolt }),
      await register({ ip: '10.2.0.3', name: 'boltlab', tags: { customer: 'acmeco', note: 'boltnote' } }),
    ];
    const first = await register({ ip: '10.1.0.1', name: 'acme core', ...acme });
    const second = await register({ ip: '10.1.0.2', name: 'acme edge', ...acme, parents: [first.id, theirs[0].id] });
    return new ScopedFixture(api, await issue('viewer'), await issue('engineer'), [first, second], theirs);
  }

  askScoped(pathAndQuery: string, init: RequestInit = {}, key = this.viewer.key): Promise<Response> {
    return fetch(`${this.api.url}${pathAndQuery}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string> | undefined) },
    });
  }

  /** Sends a change with the engineer's key. */
  sendChange(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.askScoped(
      `/api/v1/${path}`,
      {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
      this.engineer.key,
    );
  }

  async readJson<T>(path: string): Promise<T> {
    const response = await this.askScoped(`/api/v1/${path}`);
    expect(response.status, path).toBe(200);
    return (await response.json()) as T;
  }

  /** Returns what of the other customer a text contains. */
  leaksIn(text: string): string[] {
    const marks = ['bolt', '10.2.0.', 'oslo', 'plant', ...this.theirs.map(({ id }) => id)];
    return marks.filter((mark) => text.toLowerCase().includes(mark));
  }
}
