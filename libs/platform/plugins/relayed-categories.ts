import { ControlDatabase } from '@icmp-mon/platform/database';
import {
  type Aggregate,
  aggregateIdOf,
  categoryOf,
  type DomainEvent,
  type RecordedEvent,
  Relay,
} from '@icmp-mon/platform/event-store';
import { cloudEvent, cloudEventType, Messaging, type OutgoingMessage } from '@icmp-mon/platform/messaging';
import { Injectable } from '@nestjs/common';
import { BackgroundServices } from './background-services';
import { Socket } from './socket';

export interface RelayedCategory {
  /** The aggregate of the events. */
  aggregate: Pick<Aggregate<unknown, DomainEvent>, 'category' | 'personal' | 'project'>;
  /** Logical topic to which its events are published. */
  topic: string;
}

/** The categories of events that are published; all other categories are not. The worker relays them; the CLI can refill their topics. */
export class RelayedCategories extends Socket<RelayedCategory> {
  protected keyOf({ aggregate }: RelayedCategory): string {
    return aggregate.category;
  }
}

/** The relay from the event store to the public topics. */
@Injectable()
export class EventRelay {
  private relay: Relay<OutgoingMessage> | null = null;

  constructor(
    private readonly categories: RelayedCategories,
    private readonly control: ControlDatabase,
    private readonly messaging: Messaging,
    services: BackgroundServices,
  ) {
    services.plug({
      name: 'event relay',
      stage: 'base',
      start: () => this.start(),
      stop: () => this.relay?.stop(),
    });
  }

  private start(): void {
    this.relay = new Relay<OutgoingMessage>({
      url: this.control.options.url,
      topics: Object.fromEntries(this.categories.plugged.map(({ aggregate, topic }) => [aggregate.category, topic])),
      toMessage: publicMessage,
      sendMessages: (topic, messages) => this.messaging.sendMessages(topic, messages),
    });
    this.relay.start();
  }
}

/** Converts an event of the store to a CloudEvent. Its key is the aggregate's id, so that the order per aggregate is kept. */
export function publicMessage(event: RecordedEvent): OutgoingMessage {
  const { correlationId, causationId } = event.metadata;
  return cloudEvent({
    id: event.id,
    type: cloudEventType(categoryOf(event.stream), event.type),
    time: event.occurredAt,
    data: event.data,
    key: aggregateIdOf(event.stream),
    position: event.position,
    correlationId,
    causationId,
  });
}
