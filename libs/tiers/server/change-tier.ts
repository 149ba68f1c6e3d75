import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import type { TierPolicyRequest, TierView } from '@icmp-mon/tiers/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ExecutableChecks } from './executable-checks';
import { requirePolicy } from './sent-policy';
import { change, TIER } from './tier';
import { viewTier } from './tier-view';

/** Replaces the policy of a tier; with `expectedVersion`, only if the tier still has that version. */
export class ChangeTier extends Command<TierView> {
  constructor(
    readonly name: string,
    readonly request: TierPolicyRequest,
    readonly metadata: RequestMetadata,
    readonly expectedVersion: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(ChangeTier)
export class ChangeTierHandler implements ICommandHandler<ChangeTier> {
  constructor(
    private readonly store: EventStore,
    private readonly checks: ExecutableChecks,
  ) {}

  /** @throws DomainError `invalid`, `not_found`, `precondition_failed`; `conflict` while the tier is being removed */
  async execute({ name, request, metadata, expectedVersion }: ChangeTier): Promise<TierView> {
    const policy = requirePolicy(request);
    await this.checks.requireExecutors(name, policy.checks);
    const { answer } = await this.store.execute(TIER, name, (state) => change(state, name, policy), {
      metadata,
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
      answer: (sql) => viewTier(sql, name),
    });
    return answer;
  }
}
