import { AsyncLocalStorage } from 'node:async_hooks';
import type { Sql } from '@icmp-mon/platform/database';

/** Stores the answer of a command in the command's own transaction, so that a repeat of the request gets it again. */
export type AnswerKeeper = (sql: Sql, answer: unknown) => Promise<void>;

const keepers = new AsyncLocalStorage<AnswerKeeper>();

/** Runs `work`; what commands within it answer is kept by `keeper`. */
export const withAnswerKeeper = <T>(keeper: AnswerKeeper, work: () => T): T => keepers.run(keeper, work);

/** The keeper of the request that runs now; undefined for a request that cannot be repeated. */
export const answerKeeper = (): AnswerKeeper | undefined => keepers.getStore();

/**
 * Keeps the answer of the request that runs now, if it may be repeated, in the caller's transaction. For commands whose effect is more
 * than one append; `EventStore.execute` does it by itself for what its option `answer` returns.
 */
export async function keepAnswer(sql: Sql, answer: unknown): Promise<void> {
  await answerKeeper()?.(sql, answer);
}
