/** The statements that begin and end a transaction on one connection. */
export interface TransactionFrame {
  begin(): Promise<unknown>;
  commit(): Promise<unknown>;
  rollback(): Promise<unknown>;
}

/** Runs `work` in one transaction. Rolls back on any error and rethrows it. */
export async function inTransaction<R>(frame: TransactionFrame, work: () => Promise<R>): Promise<R> {
  await frame.begin();
  try {
    const result = await work();
    await frame.commit();
    return result;
  } catch (error) {
    await frame.rollback().catch((rollback: unknown) => {
      throw new AggregateError([error, rollback], 'the transaction failed, and so did its rollback');
    });
    throw error;
  }
}
