import { AGENT_STREAM } from '@icmp-mon/agents/contract';
import { TARGET_STREAM } from '@icmp-mon/targets/contract';
import { TIER_STREAM } from '@icmp-mon/tiers/contract';
import { aggregateIdOf, categoryOf, Relay, type RecordedEvent } from '@icmp-mon/platform/event-store';
import { cloudEvent, cloudEventType, type Messaging, type OutgoingMessage } from '@icmp-mon/platform/messaging';

/** Where each category of events goes; the others stay inside. */
const TOPICS = {
  [TARGET_STREAM]: 'public.targets.v1',
  [TIER_STREAM]: 'public.tiers.v1',
  [AGENT_STREAM]: 'public.agents.v1',
};

/** The relay from the event store to the public topics. */
export function eventRelay(controlUrl: string, messaging: Messaging): Relay<OutgoingMessage> {
  return new Relay<OutgoingMessage>({
    url: controlUrl,
    topics: TOPICS,
    toMessage: publicMessage,
    send: (topic, messages) => messaging.send(topic, messages),
  });
}

/** An event of the store as a CloudEvent, keyed by its aggregate so that its order is kept. */
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
