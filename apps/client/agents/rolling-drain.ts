import type { AgentView, DrainAgentsRequest, DrainJob } from '@icmp-mon/agents/contract';
import { counted } from '@icmp-mon/platform/text';
import { pathOf } from '../api/api-client';
import { Refusal } from '../api/refusal';
import { endText, untilEnded } from '../jobs/until-ended';
import { EXIT_UNDECIDED, isConfirmed, tagsOf } from '../options';
import { printDocument } from '../output/print-document';
import { printable } from '../output/printable';
import type { Session } from '../session';

const AT_ONCE = 1;
const IN_SERVICE = ['active', 'draining'];

/**
 * Requests a job that drains the selected agents some at a time, and follows it. Interrupted, the job continues.
 * @throws Refusal if no agent is selected, or the job is stopped or cancelled
 */
export async function drainAll(session: Session): Promise<number> {
  const { api, asked, output } = session;
  const { items } = await api.readDocument<{ items: AgentView[] }>('agents');
  const chosen = items.filter(selectionOf(session));
  if (chosen.length === 0) throw new Refusal('No agent in service matches. List them: icmpmon agents list');
  const atOnce = asked.number('at-once') ?? AT_ONCE;
  const names = chosen.map(({ name }) => name).join(', ');
  if (!isConfirmed(session, `This drains ${counted(chosen.length, 'agent')}, ${atOnce} at a time: ${names}.`))
    return EXIT_UNDECIDED;
  const request = requestOf(session, chosen, atOnce);
  const { id } = await api.sendPost<DrainJob>('agents:drain', request, { isRemembered: true });
  const job = await untilEnded(session, {
    read: () => api.readDocument<DrainJob>(pathOf('agent-drains', id)),
    progressOf: progressText,
    whereNext: `The job ${id} continues on the server. The page Agents shows it, and can cancel it.`,
  });
  await printDocument(session, job, () => output.printLine(printable(job.progress)));
  if (job.state === 'completed') return 0;
  throw new Refusal(job.why ?? `The job ${id} ${endText(job.state)}.`);
}

function requestOf({ asked }: Session, chosen: readonly AgentView[], atOnce: number): DrainAgentsRequest {
  const [reason, waitS] = [asked.text('reason'), asked.number('wait')];
  return {
    agents: chosen.map(({ id }) => id),
    atOnce,
    ...(reason !== undefined && { reason }),
    ...(waitS !== undefined && { waitS }),
  };
}

const progressText = ({ progress, state, why }: DrainJob): string =>
  state === 'paused' ? `${progress}; paused: ${why}` : progress;

function selectionOf(session: Session): (agent: AgentView) => boolean {
  const { asked } = session;
  const [region, provider, tags] = [
    asked.text('region'),
    asked.text('provider'),
    Object.entries(tagsOf(session) ?? {}),
  ];
  return (agent) =>
    IN_SERVICE.includes(agent.state) &&
    (region === undefined || agent.region === region) &&
    (provider === undefined || agent.provider === provider) &&
    tags.every(([key, value]) => agent.tags[key] === value);
}
