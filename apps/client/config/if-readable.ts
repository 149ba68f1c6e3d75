import { ApiRefusal } from '../api/problem';

/** Returns an answer, or null if the key may not read it, or others have removed the object. */
export async function ifReadable<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiRefusal && [403, 404].includes(error.status)) return null;
    throw error;
  }
}
