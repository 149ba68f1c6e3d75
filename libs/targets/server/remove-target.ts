import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { remove, TARGET } from './target';
import { ListedTargets } from './target-directory';

/** Removes a target; with `expectedVersion`, only if the target still has that version. */
export class RemoveTarget extends Command<void> {
  constructor(
    readonly ref: string,
    readonly vrf: string | undefined,
    readonly expectedVersion: number | undefined,
    readonly metadata: RequestMetadata,
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

  async execute({ ref, vrf, expectedVersion, metadata }: RemoveTarget): Promise<void> {
    const { id } = await this.targets.findTarget(ref, vrf);
    await this.store.execute(TARGET, id, remove, {
      metadata,
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
    });
  }
}
