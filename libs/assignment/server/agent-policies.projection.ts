import { createHash } from 'node:crypto';
import { AGENT_POLICY_TOPIC, type AgentPolicyReport, type ReportedPolicy } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { PoisonError, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { evaluationSeconds, movedTargets } from './assignment-metrics';
import { TargetEvaluation } from './evaluate-targets';
import { lockFeed } from './feed-writer';

/** Stores what each agent's policy file refuses, and immediately assigns newly refused targets to other agents. */
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
    const refused = new Set<number>();
    for (const reported of reports) {
      const kept = await keepPolicy(sql, reported);
      changed ||= kept.changed;
      for (const key of kept.refused) refused.add(key);
    }
    if (!changed && refused.size === 0) return;
    const startedMs = performance.now();
    const evaluation = await TargetEvaluation.beginEvaluation(sql, this.shardCount);
    await (changed ? evaluation.evaluateAll() : evaluation.evaluateKeys([...refused]));
    await evaluation.settleCapacity();
    evaluationSeconds.observe((performance.now() - startedMs) / 1_000);
    movedTargets.inc({ cause: 'policy' }, evaluation.moved);
  }
}

interface KeptPolicy {
  /** Whether the policy file itself differs from the stored one. */
  changed: boolean;
  /** Targets of the agent that it now refuses by key, and did not before. */
  refused: number[];
}

/**
 * Stores the agent's policy file and the keys that it newly refuses. Refused keys stay refused while the policy file is the same, because an agent no longer reports a target that
 * was moved to another agent. Only keys of assigned targets are stored, so that a row cannot grow beyond the number of targets.
 */
async function keepPolicy(sql: Sql, { agentId, reportedAt, report }: ReportedPolicy): Promise<KeptPolicy> {
  const { refusedKeys, ...policy } = report;
  const text = JSON.stringify(policy);
  const digest = createHash('sha256').update(text).digest('hex');
  const [before] = await sql.query<{ digest: string; refusedKeys: number[] }>(
    'SELECT digest, refused_keys::float8[] AS "refusedKeys" FROM assignment_agent_policy WHERE agent_id = $1',
    [agentId],
  );
  const assigned = await sql.query<{ key: number }>(
    'SELECT target_key::float8 AS key FROM assignment WHERE agent_id = $1 AND target_key = ANY($2::bigint[])',
    [agentId, keysOf(refusedKeys)],
  );
  const changed = before?.digest !== digest;
  const kept = new Set(changed ? [] : before.refusedKeys);
  const refused = assigned.map(({ key }) => key).filter((key) => !kept.has(key));
  if (!changed && refused.length === 0) return { changed, refused };
  const keys = [...kept, ...refused].sort((a, b) => a - b);
  await sql.execute(
    `INSERT INTO assignment_agent_policy (agent_id, digest, policy, reported_at, refused_keys)
     VALUES ($1, $2, $3::jsonb, $4, $5::bigint[])
     ON CONFLICT (agent_id) DO UPDATE SET digest = EXCLUDED.digest, policy = EXCLUDED.policy,
       reported_at = EXCLUDED.reported_at, refused_keys = EXCLUDED.refused_keys`,
    [agentId, digest, text, reportedAt, keys],
  );
  return { changed, refused };
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
    throw new PoisonError('not a policy report', { cause });
  }
  throw new PoisonError('not a policy report');
}

function isReport(report: AgentPolicyReport | undefined): boolean {
  return Array.isArray(report?.deny) && Array.isArray(report.refusedKeys);
}
