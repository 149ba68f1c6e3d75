/** Modes of PostgreSQL's row locks, weakest first. */
export type LockMode = 'FOR KEY SHARE' | 'FOR SHARE' | 'FOR NO KEY UPDATE' | 'FOR UPDATE';

/** https://www.postgresql.org/docs/17/explicit-locking.html, table 13.3. */
const CONFLICTS: Readonly<Record<LockMode, readonly LockMode[]>> = {
  'FOR KEY SHARE': ['FOR UPDATE'],
  'FOR SHARE': ['FOR NO KEY UPDATE', 'FOR UPDATE'],
  'FOR NO KEY UPDATE': ['FOR SHARE', 'FOR NO KEY UPDATE', 'FOR UPDATE'],
  'FOR UPDATE': ['FOR KEY SHARE', 'FOR SHARE', 'FOR NO KEY UPDATE', 'FOR UPDATE'],
};

/** Thrown to the transaction whose wait closed a cycle. */
export class Deadlock extends Error {
  override readonly name = 'Deadlock';

  constructor() {
    super('deadlock detected');
  }
}

interface Request<Owner> {
  owner: Owner;
  row: number;
  mode: LockMode;
  granted: () => void;
  refused: (error: Error) => void;
}

/** Row locks like PostgreSQL's: held until the transaction ends, granted in turn, with deadlock detection. */
export class RowLocks<Owner> {
  private readonly held = new Map<number, { owner: Owner; mode: LockMode }[]>();
  private waiting: Request<Owner>[] = [];

  acquire(owner: Owner, row: number, mode: LockMode): Promise<void> {
    if (this.holdersAgainst(owner, row, mode).length === 0) {
      this.grantLock(owner, row, mode);
      return Promise.resolve();
    }
    return new Promise((granted, refused) => {
      this.waiting.push({ owner, row, mode, granted, refused });
      if (this.waitsFor(owner).has(owner)) this.refuseWait(owner, new Deadlock());
    });
  }

  /** Releases the locks of a transaction that ended, and grants them to waiting transactions. */
  releaseLocks(owner: Owner): void {
    for (const [row, locks] of this.held) {
      this.held.set(
        row,
        locks.filter((lock) => lock.owner !== owner),
      );
    }
    for (const request of [...this.waiting]) {
      if (this.holdersAgainst(request.owner, request.row, request.mode).length > 0) continue;
      this.waiting = this.waiting.filter((each) => each !== request);
      this.grantLock(request.owner, request.row, request.mode);
      request.granted();
    }
  }

  /** Ends the wait of a transaction, if it waits. */
  refuseWait(owner: Owner, error: Error): void {
    const request = this.waiting.find((each) => each.owner === owner);
    this.waiting = this.waiting.filter((each) => each !== request);
    request?.refused(error);
  }

  private grantLock(owner: Owner, row: number, mode: LockMode): void {
    this.held.set(row, [...(this.held.get(row) ?? []), { owner, mode }]);
  }

  private holdersAgainst(owner: Owner, row: number, mode: LockMode): Owner[] {
    const locks = this.held.get(row) ?? [];
    return locks
      .filter((lock) => lock.owner !== owner && CONFLICTS[mode].includes(lock.mode))
      .map((lock) => lock.owner);
  }

  /** Returns all transactions that have to end before this one can continue. */
  private waitsFor(owner: Owner): Set<Owner> {
    const found = new Set<Owner>();
    const look = (from: Owner): void => {
      for (const request of this.waiting.filter((each) => each.owner === from)) {
        for (const holder of this.holdersAgainst(request.owner, request.row, request.mode)) {
          if (found.has(holder)) continue;
          found.add(holder);
          look(holder);
        }
      }
    };
    look(owner);
    return found;
  }
}
