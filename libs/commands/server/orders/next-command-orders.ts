import type { CommandOrdersResponse } from '@icmp-mon/commands/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { CommandUpdates } from './command-updates';

/** Waits for commands of an agent, or the end of known ones; null when there were none within the wait. */
export class NextCommandOrders extends Query<CommandOrdersResponse | null> {
  constructor(
    readonly agentId: string,
    readonly known: readonly string[],
    readonly options: { waitMs: number; signal: AbortSignal },
  ) {
    super();
  }
}

@QueryHandler(NextCommandOrders)
export class NextCommandOrdersHandler implements IQueryHandler<NextCommandOrders> {
  constructor(private readonly updates: CommandUpdates) {}

  execute({ agentId, known, options }: NextCommandOrders): Promise<CommandOrdersResponse | null> {
    return this.updates.nextOrders(agentId, known, options);
  }
}
