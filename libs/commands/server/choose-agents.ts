import type { ServiceAgent } from '@icmp-mon/agents/contract';
import { type AgentChoice, COMMAND_LIMITS } from '@icmp-mon/commands/contract';
import { DomainError } from '@icmp-mon/platform/errors';

export interface Choice {
  /** Ids of agents; undefined: by `choice`. */
  agents: readonly string[] | undefined;
  choice: AgentChoice;
  /** Ids of the agents that are selected for the target. */
  selected: readonly string[];
  /** Whether the caller may use only these, because it has a scope. */
  onlySelected: boolean;
}

/**
 * Returns the agents that run a command, of those in service: connected ones first, then selected ones, then by name.
 * @throws DomainError `invalid` if none or too many match, or one is not in service; `forbidden`
 */
export function chooseAgents(inService: readonly ServiceAgent[], choice: Choice): ServiceAgent[] {
  const selected = new Set(choice.selected);
  const ordered = [...inService].sort(
    (a, b) =>
      Number(isAway(a)) - Number(isAway(b)) ||
      Number(selected.has(b.id)) - Number(selected.has(a.id)) ||
      compare(a.name, b.name),
  );
  const chosen = choice.agents === undefined ? byChoice(ordered, choice.choice, selected) : listed(ordered, choice);
  if (choice.onlySelected && chosen.some(({ id }) => !selected.has(id))) {
    const detail = 'Within your scope you may use only the agents that are selected for the target: choice "assigned".';
    throw new DomainError('forbidden', detail);
  }
  if (chosen.length <= COMMAND_LIMITS.agents) return chosen;
  const detail = `${chosen.length} agents match; a command has at most ${COMMAND_LIMITS.agents}. List fewer in "agents".`;
  throw new DomainError('invalid', detail, [{ pointer: '#/agents', detail }]);
}

export const isAway = ({ connection }: Pick<ServiceAgent, 'connection'>): boolean => connection !== 'connected';

function listed(inService: readonly ServiceAgent[], { agents: sent = [] }: Choice): ServiceAgent[] {
  // UUIDs are the same in upper and lower case.
  const agents = sent.map((id) => id.toLowerCase());
  const known = new Set(inService.map(({ id }) => id));
  const errors = agents.flatMap((id, at) =>
    known.has(id) ? [] : [{ pointer: `#/agents/${at}`, detail: `${id} is not an agent in service` }],
  );
  if (errors.length > 0) {
    const detail = `${errors[0].detail}. GET /api/v1/agents lists the agents.`;
    throw new DomainError('invalid', detail, errors);
  }
  return inService.filter(({ id }) => agents.includes(id));
}

function byChoice(ordered: readonly ServiceAgent[], choice: AgentChoice, selected: Set<string>): ServiceAgent[] {
  const matching = choice === 'assigned' ? ordered.filter(({ id }) => selected.has(id)) : ordered;
  const chosen =
    choice === 'one_per_region' || choice === 'one_per_provider'
      ? firstOfEach(matching, choice === 'one_per_region' ? 'region' : 'provider')
      : matching;
  if (chosen.length > 0) return [...chosen];
  const detail =
    choice === 'assigned'
      ? 'No agent is selected for the target. List agents in "agents", or use another "choice".'
      : 'No agent is in service. Enrol one first.';
  throw new DomainError('invalid', detail, [{ pointer: '#/choice', detail }]);
}

function firstOfEach(agents: readonly ServiceAgent[], place: 'region' | 'provider'): ServiceAgent[] {
  return [...Map.groupBy(agents, (agent) => agent[place]).values()].flatMap(([first]) => first ?? []);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
