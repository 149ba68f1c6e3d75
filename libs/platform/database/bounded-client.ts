import pg from 'pg';
import { sessionSettings } from './session-settings';

const READ_TIMEOUT = 'Query read timeout';

type Connected = (error?: Error) => void;

/**
 * The driver's client with the common behaviour of all our sessions. Every new connection first applies the session settings, before any
 * other query. A connection whose server does not answer a query within `query_timeout` is closed: otherwise the next query on it (a
 * ROLLBACK, or one of the pool's next user) would wait for the late answer.
 */
export class BoundedClient extends pg.Client {
  private readonly settings: string;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const { statement_timeout: statementMs, idle_in_transaction_session_timeout: idleMs } =
      typeof config === 'object' ? config : {};
    this.settings = sessionSettings({
      statementTimeoutMs: typeof statementMs === 'number' ? statementMs : 0,
      idleInTransactionTimeoutMs: typeof idleMs === 'number' ? idleMs : 0,
    });
    const ask: unknown = this.query;
    if (typeof ask !== 'function') throw new Error('The PostgreSQL driver has no query method.');
    // Wrapped instead of overridden: the method has a dozen signatures, and only the returned promise matters here.
    Object.defineProperty(this, 'query', {
      value: (...args: unknown[]): unknown => this.watchAnswer(Reflect.apply(ask, this, args)),
    });
    const connect = (): Promise<unknown> => super.connect();
    // The pool passes a callback and ignores the promise; other callers await the promise.
    Object.defineProperty(this, 'connect', {
      value: (connected?: Connected): Promise<void> | undefined => {
        const ready = this.connectAndSet(connect);
        if (connected === undefined) return ready;
        ready.then(() => connected(), connected);
        return undefined;
      },
    });
  }

  private async connectAndSet(connect: () => Promise<unknown>): Promise<void> {
    await connect();
    // The pool listens to errors only when this has succeeded: a connection that is lost before, such as by the pool's own timeout, would be an
    // event without a listener, which ends the process. The rejected query reports it.
    const ignore = (): void => undefined;
    this.on('error', ignore);
    try {
      await this.query(this.settings);
    } catch (error) {
      void this.end();
      throw error;
    }
    this.off('error', ignore);
  }

  private watchAnswer(answer: unknown): unknown {
    if (answer instanceof Promise) answer.catch((error: unknown) => this.endIfUnanswered(error));
    return answer;
  }

  private endIfUnanswered(error: unknown): void {
    if (!(error instanceof Error) || error.message !== READ_TIMEOUT) return;
    // With a query in progress this destroys the socket immediately.
    void this.end();
  }
}
