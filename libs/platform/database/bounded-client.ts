import pg from 'pg';

const READ_TIMEOUT = 'Query read timeout';

/**
 * The driver's client, which ends its connection when the server does not answer a query within `query_timeout`: the
 * answer may still come, and whatever is asked next (a ROLLBACK, the pool's next borrower) would wait behind it.
 */
export class BoundedClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const ask: unknown = this.query;
    if (typeof ask !== 'function') throw new Error('The PostgreSQL driver has no query method.');
    // Wrapped, not overridden: the method has a dozen signatures, and only the promise it gives matters here.
    Object.defineProperty(this, 'query', {
      value: (...args: unknown[]): unknown => this.watched(Reflect.apply(ask, this, args)),
    });
  }

  private watched(answer: unknown): unknown {
    if (answer instanceof Promise) answer.catch((error: unknown) => this.endIfUnanswered(error));
    return answer;
  }

  private endIfUnanswered(error: unknown): void {
    if (!(error instanceof Error) || error.message !== READ_TIMEOUT) return;
    // With a query under way this cuts the socket at once.
    void this.end();
  }
}
