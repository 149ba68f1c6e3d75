import { AgentDirectory, type ServiceAgent } from '@icmp-mon/agents/contract';
import { SelectedAgents } from '@icmp-mon/assignment/contract';
import {
  COMMANDS_TOPIC,
  type CommandReport,
  type CommandTrail,
  type CommandView,
  type RequestCommandRequest,
} from '@icmp-mon/commands/contract';
import { ActorNames, type Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase, DatabaseClock } from '@icmp-mon/platform/database';
import { EventStore, Relay } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import {
  cloudEvent,
  cloudEventType,
  type GroupConsumer,
  Messaging,
  type OutgoingMessage,
} from '@icmp-mon/platform/messaging';
import { type TestDatabase, testDatabase, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { TargetDirectory, type TargetReference } from '@icmp-mon/targets/contract';
import { CancelCommand, CancelCommandHandler } from './cancel-command';
import { COMMAND } from './command';
import { type CommandPage, ListCommands, ListCommandsHandler } from './list-commands';
import { CommandUpdates } from './orders/command-updates';
import { ReadCommand, ReadCommandHandler } from './read-command';
import { ReadCommandTrail, ReadCommandTrailHandler } from './read-command-trail';
import { ReadCommands } from './read-commands';
import { RequestCommand, RequestCommandHandler } from './request-command';
import { CommandResultsProjection } from './results/command-results.projection';
import { expireCommands } from './results/expire-commands';
import { ReportCommands, ReportCommandsHandler } from './results/report-commands';

export const TARGET: TargetReference = {
  id: newId(),
  key: 7,
  ip: '192.0.2.1',
  vrf: 'default',
  name: null,
  tier: 'fast',
};
export const FLEET: ServiceAgent[] = ['a', 'b', 'c'].map((name) => ({
  ...{ id: newId(), name, region: `r-${name}`, provider: 'p', connection: 'connected', lastSeenAt: null },
}));

/** Knows one target, which every scope but `site=x` contains. */
class OneTarget extends TargetDirectory {
  override findTarget = (): Promise<TargetReference> => Promise.resolve(TARGET);
  override byKeys = (_keys: readonly number[], scope: Scope) =>
    Promise.resolve(new Map(scope === 'site=x' ? [] : [[TARGET.key, TARGET] as const]));
  override keysInScope = (scope: string): Promise<number[]> => Promise.resolve(scope === 'site=x' ? [] : [TARGET.key]);
}
class Fleet extends AgentDirectory {
  override inService = (): Promise<ServiceAgent[]> => Promise.resolve(FLEET);
}
class Selected extends SelectedAgents {
  override ofTarget = (): Promise<string[]> => Promise.resolve(FLEET.slice(0, 2).map(({ id }) => id));
}
class Names extends ActorNames {
  override namesOf = (): Promise<Map<string, string>> => Promise.resolve(new Map());
}

/** Commands from request to answer, on a database and topics of its own: relay, gateway's requests, and the consumer of results. */
export class CommandsFixture {
  /** Changes per test, because callers are limited. */
  actor = '';
  readonly published: { key: string | null; type: string; data: object }[] = [];
  readonly updates: CommandUpdates;
  private readonly targets = new OneTarget();
  private readonly read = new ReadCommands(this.targets, new Names());
  private readonly requests: RequestCommandHandler;
  private readonly store: EventStore;
  private readonly clock: DatabaseClock;
  private readonly relay: Relay<OutgoingMessage>;

  private constructor(
    private readonly testing: TestDatabase,
    readonly control: ControlDatabase,
    readonly messaging: Messaging,
    private readonly consumer: GroupConsumer,
  ) {
    this.store = new EventStore(control);
    const { store, targets, read } = this;
    this.requests = new RequestCommandHandler(control, store, targets, new Selected(), new Fleet(), read);
    this.clock = new DatabaseClock(control, () => undefined);
    this.updates = new CommandUpdates(control, messaging);
    this.relay = new Relay({
      url: testing.url,
      topics: { [COMMAND.category]: COMMANDS_TOPIC },
      toMessage: ({ id, type, data, occurredAt, stream, position }) => {
        const [key, ceType] = [stream.slice(COMMAND.category.length + 1), cloudEventType(COMMAND.category, type)];
        this.published.push({ key, type: ceType, data });
        return cloudEvent({ id, type: ceType, time: occurredAt, data, key, position });
      },
      sendMessages: (topic, messages) => messaging.sendMessages(topic, messages),
    });
  }

  static async open(): Promise<CommandsFixture> {
    const testing = await testDatabase('control');
    const control = new ControlDatabase({ url: testing.url });
    const { kafkaBrokers: brokers } = testServices();
    const messaging = new Messaging({ brokers, topicPrefix: testTopicPrefix(), clientId: 'commands' });
    await messaging.ensureTopics({ shardCount: 1 });
    const results = new CommandResultsProjection(new EventStore(control));
    const consumer = await messaging.consumeGroup({
      ...{ group: CommandResultsProjection.group, topics: CommandResultsProjection.topics, database: control },
      handle: (sql, messages) => results.handle(sql, messages),
    });
    const fixture = new CommandsFixture(testing, control, messaging, consumer);
    await fixture.clock.start(2_000);
    fixture.relay.start();
    fixture.updates.start();
    return fixture;
  }

  async close(): Promise<void> {
    await Promise.all([this.relay.stop(), this.consumer.stop(), this.updates.stop()]);
    await this.clock.stop();
    await this.messaging.close();
    await this.control.close();
    await this.testing.dropDatabase();
  }

  requestProbe(more: Partial<RequestCommandRequest> = {}, scope: Scope = null): Promise<CommandView> {
    const request: RequestCommandRequest = { kind: 'icmp_ping', target: TARGET.ip, ...more };
    return this.requests.execute(new RequestCommand(request, scope, this.metadata()));
  }

  view(id: string, scope: Scope = null): Promise<CommandView> {
    return new ReadCommandHandler(this.control, this.read).execute(new ReadCommand(id, scope));
  }

  async stateOf(id: string): Promise<string> {
    return (await this.view(id)).state;
  }

  listPage(page: object, scope: Scope = null): Promise<CommandPage> {
    const handler = new ListCommandsHandler(this.control, this.targets, this.read);
    return handler.execute(new ListCommands({ limit: 2, ...page }, scope));
  }

  trail(id: string, agentId: string): Promise<CommandTrail> {
    return new ReadCommandTrailHandler(this.control, this.read).execute(new ReadCommandTrail(id, agentId, null));
  }

  cancelled(id: string): Promise<CommandView> {
    const handler = new CancelCommandHandler(this.control, this.store, this.read);
    return handler.execute(new CancelCommand(id, null, this.metadata()));
  }

  sendReports(agentId: string, ...reports: CommandReport[]): Promise<void> {
    return new ReportCommandsHandler(this.messaging, this.clock).execute(new ReportCommands(agentId, reports));
  }

  expire(): Promise<number> {
    return expireCommands(this.control, this.messaging);
  }

  eventsOf(id: string): string[] {
    return this.published.filter(({ key }) => key === id).map(({ type }) => type);
  }

  private metadata() {
    return { actor: this.actor, causationId: null, correlationId: newId() };
  }
}

export const done = (commandId: string, rttUs = 1_000): CommandReport => ({
  ...{ commandId, state: 'completed', trail: [{ afterMs: 1, text: `reply after ${rttUs}` }] },
  attempts: [{ sentAt: '2026-11-22T10:00:00.000Z', outcome: 'reply', rttUs }],
});

/** A report of progress, whose trace has its number as round trip. */
export const traced = (commandId: string, number: number, target = TARGET.ip) => ({
  ...{ commandId, state: 'progress' as const, number, names: { [target]: 'a.example.net' } },
  trace: { target, startedAtMs: 1, addresses: [target], rounds: [[[0, number] as const]] },
});

export const refused = (commandId: string): CommandReport => ({
  ...{ commandId, state: 'failed', reason: 'refused', detail: 'The policy file denies it.', attempts: [], trail: [] },
});
