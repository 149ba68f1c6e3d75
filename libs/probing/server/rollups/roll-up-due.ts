import { connect } from '@icmp-mon/platform/database';
import { type HousekeepingRun, inSteps, MINUTE_MS } from '@icmp-mon/platform/plugins';
import { rollUpNext } from './roll-up';

/** An hour of 100,000 targets is grouped in less than a minute on an idle machine. */
const STATEMENT_MS_MAX = 15 * MINUTE_MS;
/** After that the other tasks have their turn. */
const RUN_MS_MAX = 4 * MINUTE_MS;

/**
 * Rolls up the buckets of figures that are due, over a connection of its own: one statement may take longer than the pool allows. Returns
 * how many buckets were made.
 */
export async function rollUpDue(telemetryUrl: string, { signal, logger }: HousekeepingRun): Promise<number> {
  const session = await connect({
    url: telemetryUrl,
    applicationName: 'rollups',
    statementTimeoutMs: STATEMENT_MS_MAX,
  });
  // A statement under way is cut off: it takes effect as a whole or not at all.
  const closeSession = (): void => {
    session.close().catch((error: unknown) => logger.warn({ err: error }, 'rolling up was not cut off cleanly'));
  };
  signal.addEventListener('abort', closeSession);
  const runStartedMs = performance.now();
  try {
    return await inSteps(1, async () => {
      if (signal.aborted || performance.now() - runStartedMs > RUN_MS_MAX) return 0;
      const startedMs = performance.now();
      const step = await rollUpNext(session);
      if (step === null) return 0;
      const line = { ...step, tookMs: Math.round(performance.now() - startedMs) };
      if (step.tooOld) logger.warn(line, 'late results are left out of figures whose source was dropped');
      else logger.info(line, 'rolled up');
      return 1;
    });
  } finally {
    signal.removeEventListener('abort', closeSession);
    await session.close();
  }
}
