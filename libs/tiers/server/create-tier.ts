import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { type CreateTierRequest, TIER_LIMITS, type TierView } from '@icmp-mon/tiers/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ExecutableChecks } from './executable-checks';
import { requirePolicy } from './sent-policy';
import { create, TIER } from './tier';
import { viewTier } from './tier-view';

/** Creates a tier. */
export class CreateTier extends Command<TierView> {
  constructor(
    readonly request: CreateTierRequest,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(CreateTier)
export class CreateTierHandler implements ICommandHandler<CreateTier> {
  constructor(
    private readonly store: EventStore,
    private readonly database: ControlDatabase,
    private readonly checks: ExecutableChecks,
  ) {}

  /** @throws DomainError `invalid`; `conflict` if the name is taken, or there are too many tiers */
  async execute({ request, metadata }: CreateTier): Promise<TierView> {
    const { name } = request;
    const policy = requirePolicy(request, ['name']);
    await this.checks.requireExecutors(name, policy.checks);
    await this.requireRoom();
    const { answer } = await this.store.execute(TIER, name, (state) => create(state, name, policy), {
      metadata,
      answer: (sql) => viewTier(sql, name),
    });
    return answer;
  }

  /** Concurrent requests may exceed the limit by their number. */
  private async requireRoom(): Promise<void> {
    const [{ count }] = await this.database.query<{ count: number }>('SELECT count(*) AS count FROM tier');
    if (count < TIER_LIMITS.tiers) return;
    throw new DomainError('conflict', `There are ${count} tiers, which is the limit. Remove a tier first.`);
  }
}
