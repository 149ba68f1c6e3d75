/** Settles as `work` does, or rejects with the error of `onTimeout` after `withinMs`. The work itself is not cancelled. */
export async function bounded<T>(work: Promise<T>, withinMs: number, onTimeout: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(onTimeout()), withinMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
