import type { ControlDatabase } from '@icmp-mon/platform/database';
import type { HousekeepingRun } from '@icmp-mon/platform/plugins';
import { evaluationSeconds, movedTargets } from './assignment-metrics';
import { TARGETS_PER_STEP, TargetEvaluation } from './evaluate-targets';
import { lockFeed } from './feed-writer';
import { RULES_VERSION } from './rules-version';

/** Targets that one run evaluates at most; the next run continues, so that other tasks are not delayed for long. */
const TARGETS_PER_RUN = 20_000;

interface EvaluationOptions {
  database: Pick<ControlDatabase, 'transaction'>;
  shardCount: number;
  rulesVersion?: number;
  targetsPerStep?: number;
}

interface Progress {
  version: number;
  reachedVersion: number;
  reachedKey: number;
}

/**
 * Evaluates all stored targets again after an upgrade with other rules of selection, and then stores the version of the rules. Each step is one
 * transaction, which also stores the key that it reached: after a crash the next run continues there. Returns the number of evaluated targets;
 * 0 when the stored version is current, or a worker of a newer release decides.
 */
export async function evaluateByRules(
  options: EvaluationOptions,
  { signal, logger }: Pick<HousekeepingRun, 'signal' | 'logger'>,
): Promise<number> {
  let evaluated = 0;
  while (evaluated < TARGETS_PER_RUN && !signal.aborted) {
    const step = await evaluateStep(options);
    if (step === null) break;
    evaluated += step.evaluated;
    if (!step.isLast) continue;
    logger.info({ rulesVersion: options.rulesVersion ?? RULES_VERSION }, 'all targets are evaluated by the new rules');
    break;
  }
  return evaluated;
}

function evaluateStep({
  database,
  shardCount,
  rulesVersion = RULES_VERSION,
  targetsPerStep = TARGETS_PER_STEP,
}: EvaluationOptions): Promise<{ evaluated: number; isLast: boolean } | null> {
  return database.transaction(async (sql) => {
    await lockFeed(sql);
    const [{ version, reachedVersion, reachedKey }] = await sql.query<Progress>(
      `SELECT version, reached_version AS "reachedVersion", reached_key::float8 AS "reachedKey" FROM assignment_rules`,
    );
    if (Math.max(version, reachedVersion) > rulesVersion || version === rulesVersion) return null;
    const endTimer = evaluationSeconds.startTimer();
    const evaluation = await TargetEvaluation.beginEvaluation(sql, shardCount);
    const after = reachedVersion === rulesVersion ? reachedKey : -1;
    const { evaluated, reached } = await evaluation.evaluateAfter(after, targetsPerStep);
    const isLast = evaluated < targetsPerStep;
    // Thresholds are given back only after the last step: until then the loads are a mixture of both rules.
    if (isLast) await evaluation.settleCapacity();
    else await evaluation.shedExcess();
    await sql.execute(
      `UPDATE assignment_rules SET reached_version = $1, reached_key = $2, version = CASE WHEN $3 THEN $1 ELSE version END`,
      [rulesVersion, reached, isLast],
    );
    endTimer();
    movedTargets.inc({ cause: 'rules' }, evaluation.moved);
    return { evaluated, isLast };
  });
}
