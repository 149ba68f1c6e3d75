/** The statements that frame a transaction on one connection. */
export interface TransactionFrame {
  begin(): Promise<unknown>;
  commit(): Promise<unknown>;
  rollback(): Promise<unknown>;
}

/** Runs `work` in one transaction; any error rolls back and is passed on. */
export async function inTransaction<R>(frame: TransactionFrame, work: () => Promise<R>): Promise<R> {
  await frame.begin();
  try {
    const result = await work();
    await frame.commit();
    return result;
  } catch (error) {
    await frame.rollback().catch((rollback: unknown) => {
      throw new AggregateError([error, rollback], 'the transaction failed and could not be rolled back');
    });
    throw error;
  }
}
