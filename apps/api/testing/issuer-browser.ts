import type { StandInIssuer } from '@icmp-mon/identity/server/testing';
import { expect } from 'vitest';

const REDIRECTS_MAX = 12;

/** A browser that signs in at the stand-in issuer: keeps cookies by origin, and follows redirects one at a time. */
export class IssuerBrowser {
  private readonly jars = new Map<string, Map<string, string>>();

  constructor(
    readonly portal: string,
    private readonly issuer: StandInIssuer,
  ) {}

  cookieNames(): string[] {
    return [...(this.jars.get(this.portal)?.keys() ?? [])];
  }

  /** Cookies of the portal, as a request sends them. */
  cookieHeader(): string {
    return [...(this.jars.get(this.portal) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async openUrl(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(url);
    const jar = this.jars.get(origin) ?? new Map<string, string>();
    this.jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string> | undefined), ...(cookie !== '' && { cookie }) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Calls the API as the portal does. */
  ask(method: string, path: string, body?: object): Promise<Response> {
    return this.openUrl(`${this.portal}/api/v1/${path}`, {
      method,
      headers: { origin: this.portal, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** Begins a sign-in and chooses a person at the issuer ('' cancels). Returns the address of the callback, which is not opened yet. */
  async answerFor(person: string, query = ''): Promise<string> {
    let url = `${this.portal}/api/v1/auth/oidc/begin${query}`;
    for (let time = 0; time < REDIRECTS_MAX; time += 1) {
      const response = await this.openUrl(url);
      const location = response.headers.get('location');
      if (location === null) {
        // The issuer's page.
        expect(response.status).toBe(200);
        const chosen = await this.openUrl(url, { method: 'POST', body: new URLSearchParams({ person }) });
        url = new URL(chosen.headers.get('location') ?? '', url).href;
      } else url = new URL(location, url).href;
      if (url.startsWith(this.portal) && !url.includes('/oidc/begin')) return url;
    }
    throw new Error(`The sign-in did not return to the portal; it is at ${url} of ${this.issuer.url}.`);
  }

  /** Signs in. Returns the path to which the portal redirects. */
  async signIn(person: string, query = ''): Promise<string | null> {
    const answer = await this.answerFor(person, query);
    if (!answer.includes('/oidc/callback')) return answer.slice(this.portal.length);
    return (await this.openUrl(answer)).headers.get('location');
  }
}
