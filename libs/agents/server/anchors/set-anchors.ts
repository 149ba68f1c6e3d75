import { ANCHORS_ID, type Anchors } from '@icmp-mon/agents/contract';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ANCHORS, setAnchors } from './anchors';
import { readAnchors } from './anchors-model';

/** Replaces the anchors; with `expectedVersion`, only if they still have that version. */
export class SetAnchors extends Command<Anchors> {
  constructor(
    readonly ips: readonly string[],
    readonly metadata: RequestMetadata,
    readonly expectedVersion?: number,
  ) {
    super();
  }
}

@CommandHandler(SetAnchors)
export class SetAnchorsHandler implements ICommandHandler<SetAnchors> {
  constructor(private readonly store: EventStore) {}

  /** @throws DomainError `invalid`, `precondition_failed` */
  async execute({ ips, metadata, expectedVersion }: SetAnchors): Promise<Anchors> {
    const { answer } = await this.store.execute(ANCHORS, ANCHORS_ID, (state) => setAnchors(state, ips), {
      metadata,
      ...(expectedVersion !== undefined && { expectedVersion }),
      answer: readAnchors,
    });
    return answer;
  }
}
