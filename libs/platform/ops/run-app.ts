import { createLogger } from './logger';

/** An app that has not stopped by then is ended. */
export const STOP_TIMEOUT_MS = 10_000;

export interface App {
  name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Runs an app for the life of the process: SIGTERM and SIGINT stop it gracefully within 10 s; a failed start, an
 * unhandled rejection or an uncaught exception is logged and ends the process with 1, for its supervisor to restart.
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
      // What is half started cannot be stopped: let the start end first, within the same bound.
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
