import { connect } from '@icmp-mon/platform/database';
import { type HousekeepingRun, inSteps, MINUTE_MS } from '@icmp-mon/platform/plugins';
import { foldPairHour, type ReadLeftOut } from '../pair-hours/fold-pair-hour';
import { rollUpNext } from './roll-up';

/** Grouping an hour of 100,000 targets takes less than a minute on an idle machine. */
const STATEMENT_MS_MAX = 15 * MINUTE_MS;
/** Duration after which other tasks run, in ms. */
const RUN_MS_MAX = 4 * MINUTE_MS;

/**
 * Rolls up the buckets that are due, then makes their pair hours, over its own connection: one statement may take longer than the pool allows.
 * Returns the number of buckets computed.
 */
export async function rollUpDue(
  telemetryUrl: string,
  { nowMs, signal, logger }: HousekeepingRun,
  readLeftOut: ReadLeftOut,
): Promise<number> {
  const session = await connect({
    url: telemetryUrl,
    applicationName: 'rollups',
    statementTimeoutMs: STATEMENT_MS_MAX,
  });
  // A running statement is aborted: it takes effect completely or not at all.
  const closeSession = (): void => {
    session
      .close()
      .catch((error: unknown) => logger.warn({ err: error }, 'closing the connection of the rollup failed'));
  };
  signal.addEventListener('abort', closeSession);
  const runStartedMs = performance.now();
  try {
    return await inSteps(1, async () => {
      if (signal.aborted || performance.now() - runStartedMs > RUN_MS_MAX) return 0;
      const startedMs = performance.now();
      const step = await rollUpNext(session);
      const hour = step === null ? await foldPairHour(session, nowMs, readLeftOut) : null;
      const tookMs = Math.round(performance.now() - startedMs);
      if (step?.tooOld)
        logger.warn({ ...step, tookMs }, 'late results not rolled up: the source of their figures was dropped');
      else if (step !== null) logger.info({ ...step, tookMs }, 'rolled up');
      else if (hour !== null) logger.info({ ...hour, tookMs }, 'pair hours made');
      return step === null && hour === null ? 0 : 1;
    });
  } finally {
    signal.removeEventListener('abort', closeSession);
    await session.close();
  }
}
