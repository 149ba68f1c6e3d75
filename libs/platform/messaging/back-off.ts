import { setTimeout as sleep } from 'node:timers/promises';

export interface BackOff {
  firstMs: number;
  maxMs: number;
}

/** Pauses that double from `firstMs` to `maxMs`, half of each at random so that many who wait do not return at once. */
export class Pauses {
  private attempt = 0;

  constructor(private readonly bounds: BackOff) {}

  /** The length of the next pause, ms. */
  next(): number {
    const fullMs = Math.min(this.bounds.maxMs, this.bounds.firstMs * 2 ** Math.min(this.attempt++, 20));
    return fullMs / 2 + (Math.random() * fullMs) / 2;
  }

  async wait(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    await sleep(this.next(), undefined, signal ? { signal } : {}).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    });
  }
}

/** Settles with `work`, or rejects with what `onTimeout` makes once `withinMs` have passed; the work itself goes on. */
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
