import { settlesWithin } from './settles-within';

/** Settles as `work` does, or rejects with the error of `onTimeout` after `withinMs`. The work itself is not cancelled. */
export async function bounded<T>(work: Promise<T>, withinMs: number, onTimeout: () => Error): Promise<T> {
  if (!(await settlesWithin(work, withinMs))) throw onTimeout();
  return work;
}
