import { AS_NUMBERS_ID } from '@icmp-mon/paths/contract';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AS_NUMBERS, removeFile } from './as-numbers-file';

/** Removes the AS numbers; has no effect without them. */
export class RemoveAsNumbers extends Command<void> {
  constructor(readonly metadata: RequestMetadata) {
    super();
  }
}

@CommandHandler(RemoveAsNumbers)
export class RemoveAsNumbersHandler implements ICommandHandler<RemoveAsNumbers> {
  constructor(private readonly store: EventStore) {}

  async execute({ metadata }: RemoveAsNumbers): Promise<void> {
    await this.store.execute(AS_NUMBERS, AS_NUMBERS_ID, removeFile, { metadata });
  }
}
