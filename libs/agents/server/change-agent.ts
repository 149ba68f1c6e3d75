import {
  type AgentChange,
  type AgentEvent,
  type ChangeAgentRequest,
  type ChangedAgent,
  REASON_LENGTH_MAX,
} from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import { IdempotentAnswers, idempotentRequest, type KeptAnswer, type RequestMetadata } from '@icmp-mon/platform/http';
import { plainTextFault } from '@icmp-mon/platform/text';
import { Injectable } from '@nestjs/common';
import { AGENT, type AgentRecord, ban, cancelDrain, drain, evict, retire, unban } from './agent';

type Decision = (record: AgentRecord, request: { reason: string | null; force: boolean }) => AgentEvent[];

const DECISIONS: Readonly<Record<AgentChange, Decision>> = {
  drain: (record, { reason }) => drain(record, reason),
  'cancel-drain': (record, { reason }) => cancelDrain(record, reason),
  retire: (record, { reason, force }) => retire(record, { now: force, reason }),
  evict: (record, { reason }) => evict(record, reason),
  ban: (record, { reason }) => ban(record, reason),
  unban: (record, { reason }) => unban(record, reason),
};

export interface ChangeOptions {
  metadata: RequestMetadata;
  /** The version that the caller saw. */
  expectedVersion?: number | undefined;
  idempotencyKey?: string | null;
}

/** Events whose reason is too long would be refused by those who read them. */
function requireReason(reason: string | undefined): void {
  const fault =
    reason === undefined || reason.length <= REASON_LENGTH_MAX
      ? plainTextFault(reason ?? 'none')
      : `has at most ${REASON_LENGTH_MAX} characters`;
  if (fault !== null)
    throw new DomainError('invalid', `The reason ${fault}.`, [{ pointer: '#/reason', detail: fault }]);
}

/** What an operator does to an agent's life: all of these are one decision on the agent and nothing else. */
@Injectable()
export class ChangeAgent {
  constructor(
    private readonly eventStore: EventStore,
    private readonly answers: IdempotentAnswers,
  ) {}

  /** Does nothing where the agent is in that state already. @throws DomainError `invalid`, `not_found`, `conflict`, `precondition_failed` */
  async change(
    agentId: string,
    change: AgentChange,
    request: ChangeAgentRequest,
    options: ChangeOptions,
  ): Promise<ChangedAgent> {
    requireReason(request.reason);
    const { metadata, idempotencyKey = null } = options;
    if (idempotencyKey === null) return this.execute(agentId, change, request, options);
    const repeatable = idempotentRequest(metadata.actor, idempotencyKey, `agent-${change}`, { agentId, ...request });
    const answer = await this.answers.once(repeatable, async (keep) => {
      const body = await this.execute(agentId, change, request, options, (sql, changed) =>
        keep(sql, { status: 200, body: changed }),
      );
      return { status: 200, body } satisfies KeptAnswer;
    });
    return answer.body as ChangedAgent;
  }

  private async execute(
    agentId: string,
    change: AgentChange,
    { reason = null, force = false }: { reason?: string | null; force?: boolean },
    { metadata, expectedVersion }: ChangeOptions,
    keep?: (sql: Sql, changed: ChangedAgent) => Promise<void>,
  ): Promise<ChangedAgent> {
    let changed: ChangedAgent | undefined;
    await this.eventStore.execute(AGENT, agentId, (record) => DECISIONS[change](record, { reason, force }), {
      metadata,
      ...(expectedVersion !== undefined && { expectedVersion }),
      within: async (sql) => {
        [changed] = await sql.query<ChangedAgent>(
          'SELECT id, name, state, then_retire AS "thenRetire", version FROM agent WHERE id = $1',
          [agentId],
        );
        if (changed !== undefined) await keep?.(sql, changed);
      },
    });
    if (changed === undefined) throw new Error(`The agent ${agentId} has events and no row.`);
    return changed;
  }
}
