import type { AgentView, DrainAgentsRequest, DrainJob } from '@icmp-mon/agents/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import { pathOf } from '../api/api-client';
import { Refusal } from '../api/refusal';
import { EXIT_UNDECIDED, isConfirmed, tagsOf } from '../options';
import { printable } from '../output/printable';
import type { Session } from '../session';

const LOOK_MS = 1_000;
const AT_ONCE = 1;
const IN_SERVICE = ['active', 'draining'];

/**
 * Requests a job that drains the selected agents some at a time, and follows it. Interrupted, the job continues.
 * @throws Refusal if no agent is selected, or the job is stopped or cancelled
 */
export async function drainAll(session: Session): Promise<number> {
  const { api, asked, output, signal } = session;
  const chosen = (await readAgents(session)).filter(selectionOf(session));
  if (chosen.length === 0) throw new Refusal('No agent in service matches. List them: icmpmon agents list');
  const atOnce = asked.number('at-once') ?? AT_ONCE;
  const names = chosen.map(({ name }) => name).join(', ');
  if (!isConfirmed(session, `This drains ${chosen.length} agents, ${atOnce} at a time: ${names}.`))
    return EXIT_UNDECIDED;
  const request = requestOf(session, chosen, atOnce);
  let job = await api.sendPost<DrainJob>('agents:drain', request, { isRemembered: true });
  for (let shown = ''; ; job = await api.readDocument<DrainJob>(pathOf('agent-drains', job.id))) {
    const text = textOf(job);
    if (text !== shown && text !== '') await output.printLine(printable(text));
    shown = text;
    if (job.state === 'completed') return 0;
    if (job.finishedAt !== null) throw new Refusal(job.why ?? `The job ${job.id} is ${job.state}.`);
    await pause(LOOK_MS, signal);
    if (signal.aborted) throw new Refusal(`The job ${job.id} continues. The page Agents shows it and can cancel it.`);
  }
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

const textOf = ({ progress, state, why }: DrainJob): string =>
  state === 'paused' ? `${progress}; paused: ${why}` : progress;

/** Returns all agents except retired ones, with their targets as the control plane counts them. */
async function readAgents({ api }: Session): Promise<AgentView[]> {
  return (await api.readDocument<{ items: AgentView[] }>('agents')).items;
}

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
