import {
  type AgentChoice,
  COMMAND_KINDS,
  type CommandKind,
  defaultCount,
  type RequestCommandRequest,
  UNUSED_PARAMETERS,
} from '@icmp-mon/commands/contract';
import { CHECK_PARAMETERS, type CheckParameter } from '@icmp-mon/tiers/contract';

/** Fields of the form as the user filled them. */
export interface ProbeDraft {
  kind: CommandKind;
  parameters: Readonly<Record<string, string>>;
  /** `chosen`: the agents of `agents`. */
  choice: AgentChoice | 'chosen';
  agents: readonly string[];
  count: string;
}

export const isKind = (text: string): text is CommandKind => COMMAND_KINDS.some((kind) => kind === text);

/** Returns the fields of a kind; parameters with choices begin with their first. */
export function draftOf(kind: CommandKind): ProbeDraft {
  const chosen = parametersOf(kind).flatMap((parameter) =>
    parameter.kind === 'choice' && parameter.required ? [[parameter.name, parameter.values[0] ?? '']] : [],
  );
  const parameters = Object.fromEntries(chosen) as Record<string, string>;
  return { kind, parameters, choice: 'assigned', agents: [], count: String(defaultCount(kind)) };
}

export const parametersOf = (kind: CommandKind): readonly CheckParameter[] =>
  (kind === 'mtr' ? [] : (CHECK_PARAMETERS[kind] ?? [])).filter(({ name }) => !UNUSED_PARAMETERS.includes(name));

/** Returns the request for a target. Texts that are not numbers are sent as they are: the server refuses them at their field. */
export function requestOf(
  target: string,
  { kind, parameters, choice, agents, count }: ProbeDraft,
): RequestCommandRequest {
  const values = parametersOf(kind).flatMap(({ name, kind: type }) => {
    const text = (parameters[name] ?? '').trim();
    return text === '' ? [] : [[name, valueOf(type, text)] as const];
  });
  return {
    ...{ kind, target, count: numberOf(count.trim()) as number },
    parameters: Object.fromEntries(values),
    ...(choice === 'chosen' ? { agents: [...agents] } : { choice }),
  };
}

const valueOf = (type: CheckParameter['kind'], text: string): unknown =>
  type === 'integer' ? numberOf(text) : type === 'flag' ? text === 'true' : text;

const numberOf = (text: string): number | string => (/^-?\d{1,9}$/.test(text) ? Number(text) : text);
