import type { AgentView } from '@icmp-mon/agents/contract';
import {
  type CommandAgent,
  type CommandSummary,
  type CommandTrail,
  type CommandView,
  factsText,
  type RequestCommandRequest,
  traceText,
} from '@icmp-mon/commands/contract';
import { pathOf } from '../api/api-client';
import { Refusal } from '../api/refusal';
import { untilEnded } from '../jobs/until-ended';
import type { Cell, Column } from '../output/output';
import { printDocument } from '../output/print-document';
import { printPages } from '../output/print-pages';
import { printable } from '../output/printable';
import { timeText } from '../output/times';
import type { Actions, Session } from '../session';
import { overdueText } from './overdue';
import { TraceProgress, traceTables } from './trace-progress';

export const PROBE_ACTIONS: Actions = {
  'commands run': runCommand,
  'commands list': listCommands,
  'commands show': showCommand,
  'commands trail': showTrail,
  'commands cancel': cancelCommand,
};

const msText = (us: number | null | undefined): string => (us == null ? '-' : (us / 1_000).toFixed(2));

const stateCell = ({ state }: Pick<CommandAgent, 'state'>): Cell => ({
  text: state,
  colour: state === 'completed' ? 'green' : state === 'failed' || state === 'expired' ? 'red' : 'yellow',
});

const AGENT_COLUMNS: readonly Column<CommandAgent>[] = [
  { title: 'AGENT', of: ({ name }) => name },
  { title: 'REGION', of: ({ region }) => region },
  { title: 'STATE', of: stateCell },
  { title: 'REPLIES', of: ({ summary }) => (summary === null ? '-' : `${summary.replies}/${summary.sent}`) },
  { title: 'MIN MS', of: ({ summary }) => msText(summary?.rttMinUs) },
  { title: 'MEAN MS', of: ({ summary }) => msText(summary?.rttMeanUs) },
  { title: 'MAX MS', of: ({ summary }) => msText(summary?.rttMaxUs) },
  { title: 'DETAIL', of: detailOf },
];

/** Requests a command, and follows it. @throws Refusal if not all agents answered, or none could probe */
async function runCommand(session: Session): Promise<void> {
  const { api } = session;
  const request = await readRequest(session);
  const { id } = await api.sendPost<CommandView>('commands', request, { isRemembered: true });
  const requestedMs = performance.now();
  const progress = new TraceProgress(answeredText);
  const command = await untilEnded(session, {
    read: async () => {
      const view = await api.readDocument<CommandView>(pathOf('commands', id));
      const overdue = overdueText(view, performance.now() - requestedMs);
      if (overdue !== null) throw new Refusal(overdue);
      return { ...view, finishedAt: view.endedAt };
    },
    progressOf: (view) => progress.textOf(view),
    whereNext: `The command ${id} continues until it expires. Cancel it: icmpmon commands cancel ${id}`,
  });
  const { finishedAt: _finishedAt, ...view } = command;
  await printCommand(session, view);
  if (view.state !== 'completed') throw new Refusal(`The command ${id} is ${view.state}: ${answeredText(view)}.`);
}

async function readRequest(session: Session): Promise<RequestCommandRequest> {
  const { asked } = session;
  const [agents, vrf] = [asked.text('agents'), asked.text('vrf')];
  const numbers = {
    count: asked.number('count'),
    timeoutMs: asked.number('timeout'),
    expiresInS: asked.number('expires'),
  };
  const parameters = {
    ...{ port: asked.number('port'), scheme: asked.text('scheme'), path: asked.text('path'), host: asked.text('host') },
    ...{ queryName: asked.text('query-name'), queryType: asked.text('query-type') },
  };
  // The server checks kind, choice and parameters.
  return {
    ...{ kind: asked.args[0], target: asked.args[1], parameters },
    ...(vrf !== undefined && { vrf }),
    ...(agents === undefined ? { choice: asked.text('from') } : { agents: await idsOf(session, agents) }),
    ...numbers,
  } as RequestCommandRequest;
}

/** @throws Refusal when an agent is unknown */
async function idsOf({ api }: Session, names: string): Promise<string[]> {
  const { items } = await api.readDocument<{ items: AgentView[] }>('agents');
  return names
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((name) => {
      const agent = items.find((each) => each.name === name || each.id === name);
      if (agent === undefined) throw new Refusal(`There is no agent ${name}. List them: icmpmon agents list`);
      return agent.id;
    });
}

async function listCommands(session: Session): Promise<void> {
  const query = { target: session.asked.text('target'), vrf: session.asked.text('vrf') };
  await printPages<CommandSummary, { items: CommandSummary[]; next: string | null }>(session, 'commands', query, {
    columns: [
      { title: 'ID', of: ({ id }) => id },
      { title: 'REQUESTED', of: ({ requestedAt }) => timeText(requestedAt) },
      { title: 'KIND', of: ({ kind }) => kind },
      { title: 'TARGET', of: ({ ip }) => ip },
      { title: 'STATE', of: ({ state }) => state },
      { title: 'ANSWERED', of: ({ agents }) => answeredText({ counts: agents }) },
      { title: 'BY', of: ({ requestedBy, requestedByName }) => requestedByName ?? requestedBy },
    ],
    empty: 'No commands within 30 days. Run one: icmpmon commands run',
  });
}

const readCommand = ({ api, asked }: Session): Promise<CommandView> =>
  api.readDocument<CommandView>(pathOf('commands', asked.args[0] ?? ''));

async function showCommand(session: Session): Promise<void> {
  await printCommand(session, await readCommand(session));
}

async function showTrail(session: Session): Promise<void> {
  const { api, asked, output } = session;
  const { id, agents } = await readCommand(session);
  const agent = agents.find((each) => [each.name, each.agentId].includes(asked.args[1] ?? ''));
  if (agent === undefined) {
    throw new Refusal(`The command has no such agent. Its agents: ${agents.map(({ name }) => name).join(', ')}`);
  }
  const trail = await api.readDocument<CommandTrail>(pathOf('commands', id, 'agents', agent.agentId, 'trail'));
  await printDocument(session, trail, async () => {
    if (trail.lines === null) return output.note('No trail: the agent has not answered, or it is older than 24 hours.');
    for (const { afterMs, text } of trail.lines)
      await output.printLine(`${afterMs.toFixed(1).padStart(9)} ms  ${printable(text)}`);
  });
}

async function cancelCommand(session: Session): Promise<void> {
  const { api, asked } = session;
  await printCommand(session, await api.sendPost<CommandView>(pathOf('commands', asked.args[0] ?? '', 'cancel'), {}));
}

async function printCommand(session: Session, command: CommandView): Promise<void> {
  const { output } = session;
  await printDocument(session, command, async () => {
    await output.printTable(AGENT_COLUMNS, command.agents);
    for (const table of traceTables(command.agents)) {
      await output.printLine('');
      for (const line of table.split('\n')) await output.printLine(printable(line));
    }
    output.note(`${command.kind} of ${command.ip}: ${command.state}, ${answeredText(command)}`);
  });
}

function answeredText({ counts }: Pick<CommandView, 'counts'>): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return `${counts.completed} of ${total} answered`;
}

function detailOf({ detail, attempts, trace }: CommandAgent): string {
  if (trace != null && detail === null) return traceText(trace);
  const outcomes = [...new Set(attempts.map(({ outcome }) => outcome))].filter((outcome) => outcome !== 'reply');
  const last = attempts.at(-1);
  const facts = last === undefined ? '' : factsText(last);
  return detail ?? [...outcomes, facts].filter(Boolean).join(', ');
}
