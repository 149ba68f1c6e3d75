import type { AgentView, ChangedAgent } from '@icmp-mon/agents/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import type { Invocation } from '@icmp-mon/platform/command-line';
import { pathOf } from '../api/api-client';
import { Refusal } from '../api/refusal';
import { EXIT_UNDECIDED, isConfirmed, tagsOf } from '../options';
import type { Session } from '../session';
import { type DrainedAgent, drainProgress, planDrain } from './drain-plan';

const LOOK_MS = 1_000;
const AT_ONCE = 1;
const WAIT_S = 600;
const IN_SERVICE = ['active', 'draining'];

/**
 * Drains the selected agents one after the other, some at a time. The states of the agents are the only progress that is stored, so a
 * repeated command continues.
 * @throws Refusal if no agent is selected, or no target moved for `--wait` seconds
 */
export async function drainAll(session: Session): Promise<number> {
  const { asked, output, signal } = session;
  const chosen = (await readAgents(session)).filter(selectionOf(session));
  if (chosen.length === 0) throw new Refusal('No agent in service matches. List them: icmpmon agents list');
  const atOnce = asked.number('at-once') ?? AT_ONCE;
  const names = chosen.map(({ name }) => name).join(', ');
  if (!isConfirmed(session, `This drains ${chosen.length} agents, ${atOnce} at a time: ${names}.`))
    return EXIT_UNDECIDED;
  const ids = new Set(chosen.map(({ id }) => id));
  const started = new Set<string>();
  let [progress, sinceMs] = ['', performance.now()];
  for (;;) {
    const agents = (await readAgents(session)).filter(({ id }) => ids.has(id));
    const plan = planDrain(agents.map(drainedAgent), started, atOnce);
    const text = drainProgress(plan);
    if (text !== progress) {
      [progress, sinceMs] = [text, performance.now()];
      await output.printLine(text);
    }
    if (plan.draining.length === 0 && plan.waiting.length === 0) return 0;
    for (const { id } of plan.next) {
      started.add(id);
      await startDrain(session, id);
    }
    requireProgress(performance.now() - sinceMs, asked);
    await pause(LOOK_MS, signal);
    if (signal.aborted)
      throw new Refusal('Agents that are draining continue to. Repeat the command to drain the others.');
  }
}

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

/** An agent whose targets could not be counted counts as one that holds some. */
const drainedAgent = ({ id, name, state, share }: AgentView): DrainedAgent => ({
  id,
  name,
  state,
  held: share?.assigned ?? 1,
});

function requireProgress(waitedMs: number, asked: Invocation): void {
  const waitS = asked.number('wait') ?? WAIT_S;
  if (waitedMs < waitS * 1_000) return;
  throw new Refusal(
    `No target moved for ${waitS} s: probably no other agent is ready for them (Health, Assignment). Repeat the command to continue.`,
  );
}

async function startDrain({ api, asked }: Session, id: string): Promise<void> {
  const reason = asked.text('reason');
  await api.sendPost<ChangedAgent>(pathOf('agents', id, 'drain'), reason === undefined ? {} : { reason }, {
    isRemembered: true,
  });
}
