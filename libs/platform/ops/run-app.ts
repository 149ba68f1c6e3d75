import { createLogger } from './logger';

/** An app that has not stopped within this is terminated. */
export const STOP_TIMEOUT_MS = 10_000;

export interface App {
  name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Runs an app for the lifetime of the process. SIGTERM and SIGINT stop it gracefully within 10 s. A failed start, an unhandled rejection or
 * an uncaught exception is logged and ends the process with exit code 1, so that the supervisor restarts it.
 */
export function runApp(app: App): void {
  const logger = createLogger(app.name);
  let stopping = false;

  function fail(message: string, error: unknown): void {
    logger.fatal({ err: error }, message);
    process.exit(1);
  }

  async function stop(signal: string): Promise<void> {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    const late = setTimeout(() => fail(`did not stop within ${STOP_TIMEOUT_MS} ms`, undefined), STOP_TIMEOUT_MS);
    late.unref();
    try {
      // An app that is still starting cannot be stopped: wait for the start first, within the same timeout.
      await Promise.allSettled([started]);
      await app.stop();
    } catch (error) {
      return fail('could not stop cleanly', error);
    }
    logger.info('stopped');
    process.exit(0);
  }

  process.on('unhandledRejection', (error) => fail('unhandled rejection', error));
  process.on('uncaughtException', (error) => fail('uncaught exception', error));
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  const started = app.start();
  started.then(
    () => logger.info('started'),
    (error: unknown) => {
      if (error instanceof Error && error.name === 'ConfigError') {
        process.stderr.write(`${error.message}\n`);
        process.exit(1);
      }
      fail('could not start', error);
    },
  );
}
