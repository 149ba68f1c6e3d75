import type { AgentPolicy, PolicyLists, PolicyRefusal } from '@icmp-mon/agents/contract';
import { NEVER_PROBED } from '@icmp-mon/probing/contract';
import { countText } from '@icmp-mon/platform/ui-kit';

/** One field of a policy file: what it lists, or a sentence. */
export interface PolicyRow {
  field: string;
  text: string;
  /** Entries of a list, shown after the text. */
  entries: readonly string[];
  /** Whether the field restricts the agent as a whole. */
  isAlert: boolean;
}

const REFUSAL_TEXTS: Record<PolicyRefusal, string> = {
  stopped: 'It stops all probing: stopped is true',
  denied: 'Their address is denied, by the file or always',
  not_allowed: 'Their address is in no range of allow',
  not_canonical: 'Their address is not in canonical form',
  port_refused: 'The port of their check is refused',
  host_refused: 'The name in their HTTP request is refused',
  too_fast: 'They would exceed its packets per second',
};
/** Types of checks that have a port. */
const PORT_TYPES = ['tcp_connect', 'http', 'dns'] as const;
const NOT_REPORTED = 'not reported by this version of the agent';
const ALWAYS: ReadonlySet<string> = new Set(NEVER_PROBED.map(({ range }) => range));

/** Returns why a policy file refuses targets; newer agents may report other reasons. */
export function refusalText(reason: string): string {
  return Object.hasOwn(REFUSAL_TEXTS, reason) ? REFUSAL_TEXTS[reason as PolicyRefusal] : reason.replaceAll('_', ' ');
}

/** Returns the fields of a reported policy file in the order of the file, and what holds for a field that was left out. */
export function policyRows(policy: AgentPolicy): PolicyRow[] {
  const denied = policy.deny.filter((range) => !ALWAYS.has(range));
  const { packetsPerSecondPerAddress: perAddress } = policy;
  return [
    row('stopped', policy.stopped ? 'on: no target is probed' : 'off', [], policy.stopped),
    policy.allow === null
      ? row('allow', 'every address that is not denied')
      : row('allow', policy.allow.length === 0 ? 'no address' : '', policy.allow, policy.allow.length === 0),
    row('deny', denied.length === 0 ? 'only what no file can allow' : 'and what no file can allow:', denied),
    ...PORT_TYPES.map((type) => listsRow(`ports.${type}`, policy.ports, policy.ports?.[type], 'every port', 'no port')),
    listsRow('httpHosts', policy.httpHosts, policy.httpHosts, 'every name', 'no name'),
    commandsRow(policy.commands),
    row('packetsPerSecond', countText(policy.packetsPerSecond)),
    row('packetsPerSecondPerAddress', perAddress === undefined ? NOT_REPORTED : countText(perAddress)),
  ];
}

function row(field: string, text: string, entries: readonly string[] = [], isAlert = false): PolicyRow {
  return { field, text, entries, isAlert };
}

/** `reported` undefined: the report does not contain such lists; `lists` undefined: the file does not restrict this one. */
function listsRow(
  field: string,
  reported: unknown,
  lists: PolicyLists | undefined,
  all: string,
  none: string,
): PolicyRow {
  if (reported === undefined) return row(field, NOT_REPORTED);
  const { allow, deny } = lists ?? { allow: null, deny: [] };
  if (allow?.length === 0) return row(field, none);
  const except = deny.map((entry) => `not ${entry}`);
  return allow === null
    ? row(field, deny.length === 0 ? all : `${all},`, except)
    : row(field, '', [...allow, ...except]);
}

function commandsRow(commands: AgentPolicy['commands']): PolicyRow {
  if (commands === undefined) return row('commands', NOT_REPORTED);
  if (commands === null) return row('commands', 'every kind of probe');
  return row('commands', commands.length === 0 ? 'no probe on demand' : '', commands);
}
