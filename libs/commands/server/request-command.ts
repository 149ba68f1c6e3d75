import { AgentDirectory } from '@icmp-mon/agents/contract';
import { SelectedAgents } from '@icmp-mon/assignment/contract';
import type { CommandView, RequestCommandRequest } from '@icmp-mon/commands/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { EventStore, keepAnswer } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { chooseAgents } from './choose-agents';
import { COMMAND, requested } from './command';
import { insertCommand, requireParameters, requireTiming } from './command-insert';
import { RequestTurns, requireRate } from './command-rate';
import { ReadCommands } from './read-commands';
import { requireFewProbes, requireTargetRate } from './target-rate';

/** Requests that agents probe a target now. */
export class RequestCommand extends Command<CommandView> {
  constructor(
    readonly request: RequestCommandRequest,
    readonly scope: Scope,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(RequestCommand)
export class RequestCommandHandler implements ICommandHandler<RequestCommand> {
  private readonly turns = new RequestTurns();

  constructor(
    private readonly control: ControlDatabase,
    private readonly store: EventStore,
    private readonly targets: TargetDirectory,
    private readonly selected: SelectedAgents,
    private readonly agents: AgentDirectory,
    private readonly read: ReadCommands,
  ) {}

  /** @throws DomainError `invalid`, `not_found`, `ambiguous`, `forbidden`; TooManyCommands */
  async execute({ request, scope, metadata }: RequestCommand): Promise<CommandView> {
    const parameters = requireParameters(request);
    const { count, timeoutMs, expiresInS } = requireTiming(request);
    const target = await this.targets.findTarget(request.target, request.vrf, scope);
    const selected = await this.selected.ofTarget(target.key);
    const { agents, choice = 'assigned' } = request;
    const chosen = chooseAgents(await this.agents.inService(), {
      agents,
      choice,
      selected,
      onlySelected: scope !== null,
    });
    const names = await this.read.namesOf([{ requested_by: metadata.actor }]);
    const { kind } = request;
    const agentIds = chosen.map(({ id }) => id);
    const probes = { ip: target.ip, agents: chosen.length, count };
    requireFewProbes(probes);
    const store = async (sql: Sql): Promise<CommandView> => {
      await requireRate(sql, metadata.actor, agentIds);
      await requireTargetRate(sql, probes);
      const id = newId();
      const place = { targetId: target.id, ip: target.ip, vrf: target.vrf };
      const data = { commandId: id, kind, ...place, parameters, count, timeoutMs, agentIds };
      const expiresAt = (await insertCommand(sql, { ...data, target, expiresInS }, chosen, metadata)).toISOString();
      const decide = () => requested({ ...data, expiresAt });
      await this.store.executeWithin(sql, COMMAND, id, decide, { metadata, expectedVersion: 0 });
      const view = await this.read.readNew(sql, id, names);
      await keepAnswer(sql, view);
      return view;
    };
    return this.turns.runInTurn(metadata.actor, () => this.control.transaction(store));
  }
}
