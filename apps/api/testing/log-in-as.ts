import type { TestApi } from './test-api';

/** Logs a user in and returns the cookies of the session, as the header of requests. */
export async function logInAs({ url }: Pick<TestApi, 'url'>, user: string, password: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
  });
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}
