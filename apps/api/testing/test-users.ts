import type { CreatedUser, Role, UserView } from '@icmp-mon/identity/contract';
import { expect } from 'vitest';
import { type Ask, signedIn } from './browser-session';
import type { TestApi } from './test-api';

export const MEMBER_PASSWORD = 'four other horses at the gate';

/** Creates users of a test API, and asks about them as an administrator. */
export class TestUsers {
  constructor(protected readonly api: TestApi) {}

  createUser(name: string, role: Role): Promise<Response> {
    return this.api.postJson('/api/v1/users', { name, role });
  }

  async inviteUser(name: string, role: Role): Promise<CreatedUser> {
    const response = await this.createUser(name, role);
    expect(response.status).toBe(201);
    return (await response.json()) as CreatedUser;
  }

  /** Uses a link as the browser does: without credentials. */
  useLink(token: string, newPassword = MEMBER_PASSWORD): Promise<Response> {
    return this.askAnonymously('auth/password-link', { token, newPassword });
  }

  /** Creates a user who has set a password and logged in. */
  async addMember(name: string, role: Role): Promise<{ id: string; ask: Ask }> {
    const { user, link } = await this.inviteUser(name, role);
    expect((await this.useLink(link.token)).status).toBe(200);
    return { id: user.id, ask: await signedIn(this.api, name, MEMBER_PASSWORD) };
  }

  async listUsers(): Promise<UserView[]> {
    return ((await (await this.api.sendRequest('/api/v1/users')).json()) as { items: UserView[] }).items;
  }

  async userOf(id: string): Promise<UserView | undefined> {
    return (await this.listUsers()).find((user) => user.id === id);
  }

  setRole(id: string, role: Role): Promise<Response> {
    return this.api.sendJson('PUT', `/api/v1/users/${id}/role`, { role });
  }

  /** Returns the status of a login. */
  async logIn(user: string, password: string): Promise<number> {
    return (await this.askAnonymously('auth/login', { user, password })).status;
  }

  async eventTypes(userId: string): Promise<string[]> {
    const rows = await this.api.control.query<{ type: string }>(
      'SELECT type FROM event WHERE stream = $1 ORDER BY version',
      [`user-${userId}`],
    );
    return rows.map(({ type }) => type);
  }

  protected askAnonymously(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.api.url}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }
}
