import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import {
  type CheckAnswer,
  type CheckReason,
  type CheckStatus,
  type CheckValidationView,
  JudgedTargets,
  type TargetChecksView,
} from '@icmp-mon/status/contract';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { completePolicy, type StoredTierPolicy } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

export interface CheckStatusRow {
  check_no: number;
  tier: string;
  status: CheckStatus;
  reason: CheckReason;
  since: Date;
  last_proof_at: Date | null;
  last_answer: CheckAnswer | null;
}

/** Lists the checks of a target's tier, with the status of each that expects `unreachable`. */
export class ListTargetChecks extends Query<TargetChecksView> {
  constructor(
    readonly ref: string,
    readonly vrf: string | undefined,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ListTargetChecks)
export class ListTargetChecksHandler implements IQueryHandler<ListTargetChecks> {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly control: ControlDatabase,
    private readonly telemetry: TelemetryDatabase,
    private readonly judged: JudgedTargets,
  ) {}

  /** @throws DomainError `not_found`; `ambiguous` with the candidates */
  async execute({ ref, vrf, scope }: ListTargetChecks): Promise<TargetChecksView> {
    const target = await this.targets.findTarget(ref, vrf, scope);
    // Read before the rows, so that the rows are at least as new.
    const judged = await this.judged.now();
    const [[tier], rows] = await Promise.all([
      this.control.query<{ policy: StoredTierPolicy }>('SELECT policy FROM tier WHERE name = $1', [target.tier]),
      this.telemetry.query<CheckStatusRow>(
        `SELECT check_no, tier, status, reason, since, last_proof_at, last_answer FROM check_status
         WHERE target_key = $1 AND tier = $2`,
        [target.key, target.tier],
      ),
    ]);
    const checks = tier ? completePolicy(tier.policy).checks : [];
    return {
      items: checks.map(({ check, type, port, expect }) => {
        const row = rows.find(({ check_no }) => check_no === check);
        const validation = expect === 'reachable' ? null : validationView(row, judged.covers(target));
        return { check, type, port: port ?? null, expect, validation };
      }),
      asOf: judged.asOf(target.key),
    };
  }
}

/** Returns the status of a check. A proof of an out-of-date shard proves nothing now; a violation holds. */
export function validationView(row: CheckStatusRow | undefined, isJudged: boolean): CheckValidationView {
  if (!row) return { status: 'untested', reason: 'warming', since: null, lastProofAt: null, lastAnswer: null };
  const { status, reason, since, last_proof_at, last_answer } = row;
  const shown = isJudged || status === 'violated' ? { status, reason } : NOT_JUDGED;
  return {
    ...{ ...shown, since: since.toISOString() },
    ...{ lastProofAt: last_proof_at?.toISOString() ?? null, lastAnswer: last_answer },
  };
}

const NOT_JUDGED = { status: 'untested', reason: 'not_judged' } as const;
