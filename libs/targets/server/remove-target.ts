import type { Scope } from '@icmp-mon/identity/contract';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { remove, TARGET } from './target';
import { ListedTargets } from './target-directory';
import { errorInScope, withinScope } from './within-scope';

/** Removes a target; with `expectedVersion`, only if the target still has that version. */
export class RemoveTarget extends Command<void> {
  constructor(
    readonly ref: string,
    readonly vrf: string | undefined,
    readonly expectedVersion: number | undefined,
    readonly metadata: RequestMetadata,
    readonly scope: Scope,
  ) {
    super();
  }
}

@CommandHandler(RemoveTarget)
export class RemoveTargetHandler implements ICommandHandler<RemoveTarget> {
  constructor(
    private readonly store: EventStore,
    private readonly targets: ListedTargets,
  ) {}

  /** @throws DomainError `not_found`, `ambiguous`, `precondition_failed`, `conflict` (other targets depend on it) */
  async execute({ ref, vrf, expectedVersion, metadata, scope }: RemoveTarget): Promise<void> {
    const { id } = await this.targets.findTarget(ref, vrf, scope);
    try {
      await this.store.execute(TARGET, id, withinScope(scope, remove), {
        metadata,
        ...(expectedVersion === undefined ? {} : { expectedVersion }),
      });
    } catch (error) {
      throw errorInScope(scope, error);
    }
  }
}
