import { createHash } from 'node:crypto';
import { AGENT_POLICY_TOPIC, type AgentPolicyReport, type ReportedPolicy } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { PoisonError, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { evaluationSeconds, movedTargets } from './assignment-metrics';
import { TargetEvaluation } from './evaluate-targets';
import { lockFeed } from './feed-writer';

/** Keeps what each agent's policy refuses, and gives what it refuses now to other agents at once. */
export class AgentPoliciesProjection {
  static readonly group = 'agent-policies';
  static readonly topics = [AGENT_POLICY_TOPIC];

  constructor(private readonly shardCount: number) {}

  /** Applies a batch of reports in the consumer's transaction. */
  async handle(sql: Sql, messages: readonly ReceivedMessage[]): Promise<void> {
    const reports = messages.map(readReported);
    if (reports.length === 0) return;
    await lockFeed(sql);
    let changed = false;
    for (const reported of reports) if (await keepPolicy(sql, reported)) changed = true;
    if (!changed) return;
    const startedMs = performance.now();
    const evaluation = await TargetEvaluation.begin(sql, this.shardCount);
    await evaluation.evaluateAll();
    evaluationSeconds.observe((performance.now() - startedMs) / 1_000);
    movedTargets.inc({ cause: 'policy' }, evaluation.moved);
  }
}

/**
 * Whether something is refused otherwise than before. Keys that were refused stay refused while the policy is the same: once they are
 * given to another agent, the agent itself does not know them any more.
 */
async function keepPolicy(sql: Sql, { agentId, reportedAt, report }: ReportedPolicy): Promise<boolean> {
  const { refusedKeys, ...policy } = report;
  const text = JSON.stringify(policy);
  const digest = createHash('sha256').update(text).digest('hex');
  const written = await sql.execute(
    `INSERT INTO assignment_agent_policy AS kept (agent_id, digest, policy, reported_at, refused_keys)
     VALUES ($1, $2, $3::jsonb, $4, $5::bigint[])
     ON CONFLICT (agent_id) DO UPDATE SET digest = EXCLUDED.digest, policy = EXCLUDED.policy,
       reported_at = EXCLUDED.reported_at,
       refused_keys = CASE WHEN kept.digest <> EXCLUDED.digest THEN EXCLUDED.refused_keys
         ELSE ARRAY(SELECT key FROM unnest(kept.refused_keys || EXCLUDED.refused_keys) AS key GROUP BY key ORDER BY key) END
     WHERE kept.digest <> EXCLUDED.digest
       OR EXISTS (SELECT unnest(EXCLUDED.refused_keys) EXCEPT SELECT unnest(kept.refused_keys))`,
    [agentId, digest, text, reportedAt, keysOf(refusedKeys)],
  );
  return written > 0;
}

function keysOf(distances: readonly number[]): number[] {
  let key = 0;
  return distances.map((distance) => (key += distance));
}

function readReported(message: ReceivedMessage): ReportedPolicy {
  try {
    const { agentId, reportedAt, report } = JSON.parse(message.value?.toString('utf8') ?? '') as ReportedPolicy;
    if (typeof agentId === 'string' && typeof reportedAt === 'string' && isReport(report)) {
      return { agentId, reportedAt, report };
    }
  } catch (cause) {
    throw new PoisonError('not a report of a policy', { cause });
  }
  throw new PoisonError('not a report of a policy');
}

function isReport(report: AgentPolicyReport | undefined): boolean {
  return Array.isArray(report?.deny) && Array.isArray(report.refusedKeys);
}
