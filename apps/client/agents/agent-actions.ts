import {
  AGENT_CHANGES,
  type AgentChange,
  type AgentState,
  type AgentView,
  type ChangedAgent,
  type DescribedAgent,
} from '@icmp-mon/agents/contract';
import { tagsAsText } from '@icmp-mon/targets/contract';
import { pathOf } from '../api/api-client';
import { AGENT_EFFECTS } from '../commands/index.mjs';
import { findListed } from '../find-listed';
import { EXIT_UNDECIDED, isConfirmed } from '../options';
import type { Cell } from '../output/output';
import { printDocument, printList } from '../output/print-document';
import { printable } from '../output/printable';
import { countText, timeText } from '../output/times';
import type { Action, Actions, Session } from '../session';
import { readDescriptionPatch } from './agent-patch';
import { drainAll } from './rolling-drain';

/** Next step of the operator with an evicted or banned agent. */
const WHAT_NEXT: Partial<Record<AgentState, string>> = {
  evicted: ': it may join again with a token that names it (icmpmon tokens create --agent)',
  banned: ': no token admits it until it is unbanned',
};

export const AGENT_ACTIONS: Actions = {
  'agents list': listAgents,
  'agents show': showAgent,
  'agents set': setDescription,
  'agents drain-all': drainAll,
  ...Object.fromEntries(
    AGENT_CHANGES.map((change): [string, Action] => [`agents ${change}`, (session) => applyChange(session, change)]),
  ),
};

const connectionCell = ({ connection }: AgentView): Cell => ({
  text: connection,
  colour: connection === 'connected' ? 'green' : connection === 'lost' ? 'red' : 'yellow',
});

async function listAgents(session: Session): Promise<void> {
  const isRetired = session.asked.flag('retired');
  await printList(
    session,
    await session.api.readDocument<{ items: AgentView[] }>('agents', { state: isRetired ? 'retired' : undefined }),
    [
      { title: 'NAME', of: ({ name }) => name },
      { title: 'REGION', of: ({ region }) => region },
      { title: 'PROVIDER', of: ({ provider }) => provider },
      { title: 'STATE', of: ({ state, thenRetire }) => (thenRetire ? `${state}, then retired` : state) },
      { title: 'CONNECTION', of: connectionCell },
      { title: 'TARGETS', of: ({ assignedTargets }) => countText(assignedTargets) },
      {
        title: 'VERSION',
        of: ({ telemetry, outdated }) =>
          `${telemetry?.agentVersion ?? '-'}${outdated ? ` (below ${outdated.versionMin})` : ''}`,
      },
      { title: 'TAGS', of: ({ tags }) => tagsAsText(tags) },
      { title: 'REASON', of: ({ stateReason }) => stateReason },
    ],
    isRetired ? 'There are no retired agents.' : 'No agent has joined yet. Create a token: icmpmon tokens create',
  );
}

/** @throws Refusal when the agent is unknown */
const findAgent = (session: Session): Promise<AgentView> =>
  findListed<AgentView>(session, {
    ...{ path: 'agents', noun: 'agent', command: 'agents list' },
    isNamed: ({ id, name }, asked) => id === asked || name === asked,
  });

const capacityText = (pps: number | null): string => (pps === null ? 'no limit set' : `${pps} packets/s`);

async function showAgent(session: Session): Promise<void> {
  const { api, output } = session;
  const { id } = await findAgent(session);
  const agent = await api.readDocument<AgentView>(pathOf('agents', id));
  const { telemetry, share, capacityPps, outdated } = agent;
  await printDocument(session, agent, () =>
    output.printFields({
      ...{ name: agent.name, id, region: agent.region, provider: agent.provider, tags: tagsAsText(agent.tags) },
      capacity: capacityText(capacityPps),
      state: agent.state,
      since: timeText(agent.stateSince),
      reason: agent.stateReason,
      connection: connectionCell(agent),
      'last report': timeText(agent.lastSeenAt),
      targets: countText(share?.assigned ?? agent.assignedTargets),
      refused: share == null ? null : countText(share.refused),
      silent: share == null ? null : countText(share.silent),
      version: `${telemetry?.agentVersion ?? '-'}${outdated ? `, the minimum is ${outdated.versionMin}` : ''}`,
      'probes per s': telemetry?.probesPerS ?? null,
      spool:
        telemetry === null ? null : `${countText(telemetry.spoolBlocks)} blocks, oldest ${telemetry.spoolOldestS} s`,
      'clock offset': telemetry === null ? null : `${telemetry.clockOffsetMs} ms`,
      executors: telemetry?.executors.map(({ type, state }) => `${type} ${state}`).join(', ') ?? null,
      enrolled: timeText(agent.enrolledAt),
      'certificate until': timeText(agent.certificateNotAfter),
    }),
  );
}

async function applyChange(session: Session, change: AgentChange): Promise<number> {
  const { api, asked, output } = session;
  const agent = await findAgent(session);
  if (!isConfirmed(session, `${agent.name} is ${agent.state}. ${change}: ${AGENT_EFFECTS[change]}`))
    return EXIT_UNDECIDED;
  const reason = asked.text('reason');
  const isForced = change === 'retire' && asked.flag('force');
  const body = { ...(reason !== undefined && { reason }), ...(isForced && { force: true }) };
  const options = { ifMatch: `"${agent.version}"`, isRemembered: true };
  const changed = await api.sendPost<ChangedAgent>(pathOf('agents', agent.id, change), body, options);
  await printDocument(session, changed, () => {
    const next = changed.thenRetire ? ', and is retired once it has no targets' : (WHAT_NEXT[changed.state] ?? '');
    return output.printLine(printable(`${changed.name} is ${changed.state}${next}`));
  });
  return 0;
}

async function setDescription(session: Session): Promise<void> {
  const { api, output } = session;
  const patch = readDescriptionPatch(session);
  const agent = await findAgent(session);
  const set = await api.sendPatch<DescribedAgent>(pathOf('agents', agent.id), patch, { ifMatch: `"${agent.version}"` });
  await printDocument(session, set, () =>
    output.printFields({
      ...{ name: set.name, region: set.region, provider: set.provider, tags: tagsAsText(set.tags) },
      capacity: capacityText(set.capacityPps),
    }),
  );
}
