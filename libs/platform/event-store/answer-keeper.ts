import { AsyncLocalStorage } from 'node:async_hooks';
import type { Sql } from '@icmp-mon/platform/database';

/** Stores the answer of a command in the command's own transaction, so that a repeated request receives the same answer. */
export type AnswerKeeper = (sql: Sql, answer: unknown) => Promise<void>;

const keepers = new AsyncLocalStorage<AnswerKeeper>();

/** Runs `work`; the answers of commands inside it are stored by `keeper`. */
export const withAnswerKeeper = <T>(keeper: AnswerKeeper, work: () => T): T => keepers.run(keeper, work);

/** Returns the keeper of the current request; undefined for a request without an Idempotency-Key. */
export const answerKeeper = (): AnswerKeeper | undefined => keepers.getStore();

/**
 * Stores the answer of the current request in the caller's transaction, if the request has an Idempotency-Key. For commands whose effect is
 * more than one append; `EventStore.execute` stores the result of its option `answer` by itself.
 */
export async function keepAnswer(sql: Sql, answer: unknown): Promise<void> {
  await answerKeeper()?.(sql, answer);
}
