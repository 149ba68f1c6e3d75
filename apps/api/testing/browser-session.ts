import { expect } from 'vitest';
import type { TestApi } from './test-api';

/** Sends a request with the cookies of a login. */
export type Ask = (method: string, path: string, body?: object) => Promise<Response>;

/** Logs a user in, as a browser does. Paths are below `/api/v1/`. */
export async function signedIn(
  { url }: Pick<TestApi, 'url'>,
  user: string,
  password: string,
  userAgent = 'test',
): Promise<Ask> {
  const ask = (method: string, path: string, body?: object, cookie?: string): Promise<Response> =>
    fetch(`${url}/api/v1/${path}`, {
      method,
      headers: {
        origin: url,
        'user-agent': userAgent,
        ...(cookie !== undefined && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const login = await ask('POST', 'auth/login', { user, password });
  expect(login.status).toBe(200);
  const cookie = login.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  return (method, path, body) => ask(method, path, body, cookie);
}
