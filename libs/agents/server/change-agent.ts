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
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { plainTextFault } from '@icmp-mon/platform/text';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
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

/**
 * Applies an operator's change to an agent's lifecycle: one decision per change. Has no effect on an agent that is already in the resulting
 * state. If a version is given, the change applies only to that version.
 */
export class ChangeAgent extends Command<ChangedAgent> {
  constructor(
    readonly agentId: string,
    readonly change: AgentChange,
    readonly request: ChangeAgentRequest,
    readonly metadata: RequestMetadata,
    readonly expectedVersion?: number,
  ) {
    super();
  }
}

@CommandHandler(ChangeAgent)
export class ChangeAgentHandler implements ICommandHandler<ChangeAgent> {
  constructor(private readonly eventStore: EventStore) {}

  /** @throws DomainError `invalid`, `not_found`, `conflict`, `precondition_failed` */
  async execute({ agentId, change, request, metadata, expectedVersion }: ChangeAgent): Promise<ChangedAgent> {
    const { reason = null, force = false } = request;
    requireReason(reason);
    const decide = (record: AgentRecord): AgentEvent[] => DECISIONS[change](record, { reason, force });
    const { answer } = await this.eventStore.execute(AGENT, agentId, decide, {
      metadata,
      ...(expectedVersion !== undefined && { expectedVersion }),
      answer: (sql) => readChanged(sql, agentId),
    });
    return answer;
  }
}

/** Throws for a reason that consumers of the event would refuse as too long, or that is not plain text. */
function requireReason(reason: string | null): void {
  if (reason === null) return;
  const isTooLong = reason.length > REASON_LENGTH_MAX;
  const fault = isTooLong ? `must have at most ${REASON_LENGTH_MAX} characters` : plainTextFault(reason);
  if (fault === null) return;
  throw new DomainError('invalid', `The reason ${fault}.`, [{ pointer: '#/reason', detail: fault }]);
}

async function readChanged(sql: Sql, agentId: string): Promise<ChangedAgent> {
  const [changed] = await sql.query<ChangedAgent>(
    'SELECT id, name, state, then_retire AS "thenRetire", version FROM agent WHERE id = $1',
    [agentId],
  );
  if (changed === undefined) throw new Error(`The agent ${agentId} has events but no row.`);
  return changed;
}
