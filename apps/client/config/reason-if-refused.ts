import { ApiRefusal } from '../api/problem';

/**
 * Returns why the server refused a change of one object; null if it did not.
 * @throws what concerns further changes as well: a fault of the server or the connection, or a key that is not valid
 */
export async function reasonIfRefused(change: Promise<unknown>): Promise<string | null> {
  try {
    await change;
    return null;
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status >= 500 || error.status === 401) throw error;
    return error.status === 412 ? 'It was changed since the plan.' : error.problem.detail;
  }
}
