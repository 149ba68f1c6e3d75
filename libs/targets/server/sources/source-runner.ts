import { ControlDatabase, isConnectionError } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { createLogger } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';
import { claimRun, endRun, lockClaimed, postponeRun, type RunFault, startDueRun } from './claimed-runs';
import { ListIntake } from './list-intake';
import { RunEnd } from './run-end';
import { SourceFault } from './source-fault';
import type { RunRow } from './source-rows';

/** Attempts of one step that may end without a result, because the worker or its connection to the database ended. */
const ATTEMPTS_MAX = 5;

/**
 * Runs inventory sources. A run goes through steps, each of which another worker can repeat:
 *
 *   queued → reading ── whole list read ──▶ applying ── import ended ──▶ targets that left ── their job ended ──▶ completed
 *               └── any fault of the list: nothing is changed ──▶ failed
 *
 * - Nothing half done: no target is changed before the whole list was read.
 * - Once: a step stores its result together with the job that it starts, in a transaction that locks the run.
 */
@Injectable()
export class SourceRunner {
  private readonly logger = createLogger('inventory-sources');

  constructor(
    private readonly database: ControlDatabase,
    private readonly intake: ListIntake,
    private readonly end: RunEnd,
  ) {}

  /** Runs all steps that are ready, until none is left or `signal` is aborted. @throws DependencyUnavailable while the database is unavailable */
  async runSources(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.runNextStep(signal)));
  }

  /** Runs the next step of a run. Returns false if none is ready. */
  async runNextStep(signal: AbortSignal): Promise<boolean> {
    while (await startDueRun(this.database));
    const run = await claimRun(this.database);
    if (run === undefined) return false;
    try {
      if (run.attempts > ATTEMPTS_MAX) throw broken();
      await (run.state === 'reading' ? this.intake.readList(run, signal) : this.end.continueRun(run));
    } catch (error) {
      // The cause of a fault of the list may be a connection too: that to the source.
      if (!(error instanceof SourceFault) && isConnectionError(error)) throw error;
      await this.handleFault(run, error, signal);
    }
    return true;
  }

  private async handleFault(run: RunRow, error: unknown, signal: AbortSignal): Promise<void> {
    const isBusy = error instanceof DomainError && error.code === 'too_many_requests';
    if (isBusy || signal.aborted) return postponeRun(this.database, run);
    const fault = faultOf(error);
    this.logger.warn(
      { err: error, source: run.source_id, run: run.id },
      'run of an inventory source failed; its targets stay as they were',
    );
    await this.database.transaction(async (sql) => {
      if (await lockClaimed(sql, run)) await endRun(sql, run, fault);
    });
  }
}

const broken = (): SourceFault =>
  new SourceFault(
    `A step of the run was attempted ${ATTEMPTS_MAX} times without a result: each time the worker or its connection to the database ended.`,
    'The log of the worker has the errors. The source runs again at its interval.',
  );

function faultOf(error: unknown): RunFault {
  if (error instanceof SourceFault) return { error: error.message, advice: error.advice };
  if (error instanceof DomainError) return { error: error.detail, advice: 'Correct it, and run the source again.' };
  return {
    error: 'An unexpected error ended the run.',
    advice: 'The log of the worker has the error with the id of the run.',
  };
}
