import {
  type CommandAgent,
  type CommandAgentState,
  type CommandCounts,
  type CommandKind,
  type CommandState,
  factsText,
  type RequestCommandRequest,
  traceText,
} from '@icmp-mon/commands/contract';
import { percentText } from '@icmp-mon/platform/ui-kit';

export const KIND_TEXTS: Readonly<Record<CommandKind, string>> = {
  icmp_ping: 'Ping',
  tcp_connect: 'TCP connection',
  http: 'HTTP request',
  dns: 'DNS query',
  mtr: 'Trace (mtr)',
};

/** Returns the text of a kind; of one that a newer server runs, its name. */
export const kindText = (kind: string): string => (KIND_TEXTS as Partial<Record<string, string>>)[kind] ?? kind;

/** Returns the parameters as one line: `port 443`. */
export function parametersText({
  kind,
  parameters,
  count,
}: Required<Pick<RequestCommandRequest, 'kind' | 'parameters' | 'count'>>): string {
  const texts = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  const unit = kind === 'mtr' ? 'round' : 'probe';
  return [...texts, `${count} ${unit}${count === 1 ? '' : 's'} per agent`].join(', ');
}

/** Returns how many agents answered: `2 of 3 answered, 1 failed`. */
export function countsText(counts: CommandCounts): string {
  const { waiting, running, completed, failed, expired, cancelled } = counts;
  const total = waiting + running + completed + failed + expired + cancelled;
  const texts: [number, string][] = [
    [failed, 'failed'],
    [expired, 'expired'],
    [cancelled, 'cancelled'],
    [waiting, 'waiting'],
    [running, 'running'],
  ];
  const others = texts.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`);
  return [`${completed} of ${total} answered`, ...others].join(', ');
}

/** Returns how the agent's probes ended, or why it has no answer; null before both. */
export function answerText({ state, summary, attempts, detail, trace }: CommandAgent): string | null {
  if (trace !== null && detail === null) return traceText(trace);
  if (state !== 'completed') return detail;
  if (summary === null) return 'No probe was sent.';
  const { sent, replies, loss } = summary;
  const others = [...new Set(attempts.map(({ outcome }) => outcome))].filter((outcome) => outcome !== 'reply');
  const how = others.length === 0 ? '' : ` (${others.join(', ').replaceAll('_', ' ')})`;
  const last = attempts.at(-1);
  const facts = last === undefined ? '' : factsText(last);
  const answer = `${replies} of ${sent} replied, ${percentText(loss)} loss${how}`;
  return facts === '' ? answer : `${answer}: ${facts}`;
}

/** Whether a state needs attention. */
export const isBad = (state: CommandState | CommandAgentState): boolean => state === 'failed' || state === 'expired';
