import { userInfo } from 'node:os';
import {
  AGENT_CHANGES,
  type AgentChange,
  type AgentState,
  type AgentView,
  tokenPurpose,
} from '@icmp-mon/agents/contract';
import {
  ChangeAgent,
  ChangeAgentDescription,
  ChangeAgentDescriptionHandler,
  ChangeAgentHandler,
  ListedAgents,
  ListEnrolmentTokensHandler,
  RevokeEnrolmentToken,
  RevokeEnrolmentTokenHandler,
  StoredAgentReports,
} from '@icmp-mon/agents/server';
import { StoredAssignments } from '@icmp-mon/assignment/server';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { Invocation } from '@icmp-mon/platform/command-line';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { tagsAsText } from '@icmp-mon/targets/contract';
import type { Action, Actions } from './actions';
import { type CliContext, Refusal } from './cli-context';
import { readDescriptionPatch } from './agent-patch';
import { AGENT_EFFECTS } from './commands/index.mjs';
import { drainAll } from './rolling-drain';

/** Next step of the operator with an evicted or banned agent. */
const WHAT_NEXT: Partial<Record<AgentState, string>> = {
  evicted: ': it may join again with a token that names it, which its page in the portal creates',
  banned: ': no token admits it until it is unbanned',
};

export const AGENT_ACTIONS: Actions = {
  'agents list': (context, asked) => list(context, asked.flag('retired')),
  ...Object.fromEntries(
    AGENT_CHANGES.map((change): [string, Action] => [
      `agents ${change}`,
      (context, asked) => apply(context, change, asked),
    ]),
  ),
  'agents set': (context, asked) => setDescription(context, asked),
  'agents drain-all': (context, asked) => drainAll(context, asked),
  'tokens list': (context) => listTokens(context),
  'tokens revoke': (context, { args: [id] }) => revoke(context, id),
};

async function list(context: CliContext, retired: boolean): Promise<void> {
  const found = await lister(context).listAgents(retired ? 'retired' : undefined);
  if (found.length === 0)
    return context.printLine(retired ? 'There are no retired agents.' : 'No agent has joined yet.');
  const assignments = await new StoredAssignments(context.control).byAgent();
  for (const { id, name, region, state, connection, assignedTargets, stateReason, capacityPps } of found) {
    const capacity = capacityPps === null ? '' : `  at most ${capacityPps} packets/s`;
    const outdated = assignments.get(id)?.outdated ?? null;
    const version = outdated === null ? '' : `  outdated: the minimum version is ${outdated.versionMin}`;
    const heard = retired ? '' : `  ${connection}  ${assignedTargets} targets${capacity}${version}`;
    context.printLine(`${name}  ${region}  ${state}${heard}  ${id}${stateReason === null ? '' : `  (${stateReason})`}`);
  }
}

async function apply(context: CliContext, change: AgentChange, asked: Invocation): Promise<void> {
  const agent = await find(context, asked.args[0]);
  const reason = asked.text('reason');
  const force = change === 'retire' && asked.flag('force');
  if (!asked.flag('yes')) {
    throw new Refusal(`${agent.name} is ${agent.state}. ${change}: ${AGENT_EFFECTS[change]} Add --yes to execute it.`);
  }
  const { control } = context;
  const handler = new ChangeAgentHandler(new EventStore(control));
  const request = { ...(reason !== undefined && { reason }), force };
  const { state, thenRetire } = await handler.execute(new ChangeAgent(agent.id, change, request, metadata()));
  const next = thenRetire ? ', and is retired once it has no targets' : (WHAT_NEXT[state] ?? '');
  context.printLine(`${agent.name} is ${state}${next}`);
}

async function setDescription(context: CliContext, asked: Invocation): Promise<void> {
  const agent = await find(context, asked.args[0]);
  const patch = readDescriptionPatch(asked);
  const handler = new ChangeAgentDescriptionHandler(new EventStore(context.control));
  const set = await handler.execute(new ChangeAgentDescription(agent.id, patch, metadata()));
  const capacity = set.capacityPps === null ? 'no capacity set' : `capacity ${set.capacityPps} packets/s`;
  context.printLine([set.name, set.region, set.provider, tagsAsText(set.tags) || 'no tags', capacity].join('  '));
}

async function find(context: CliContext, ref: string): Promise<AgentView> {
  const found = await lister(context).listAgents();
  const agent = found.find(({ id, name }) => id === ref || name === ref);
  if (agent !== undefined) return agent;
  throw new Refusal(`There is no agent "${ref}". List them: npm run icmpmon -- agents list`);
}

async function listTokens(context: CliContext): Promise<void> {
  const { items: found } = await new ListEnrolmentTokensHandler(context.control).execute();
  if (found.length === 0) return context.printLine('There are no enrolment tokens.');
  for (const token of found) {
    const { id, state, createdBy, uses, usesLeft, expiresAt, lastUsedAt } = token;
    const purpose = tokenPurpose(token);
    const used = lastUsedAt === null ? 'never used' : `last used ${lastUsedAt}`;
    context.printLine(
      `${id}  ${state}  ${purpose}  ${usesLeft} of ${uses} left  by ${createdBy ?? '-'}  until ${expiresAt}  ${used}`,
    );
  }
}

async function revoke(context: CliContext, id: string): Promise<void> {
  const { control } = context;
  const handler = new RevokeEnrolmentTokenHandler(control, new EventStore(control));
  await handler.execute(new RevokeEnrolmentToken(id, metadata()));
  context.printLine(`The token ${id} is revoked.`);
}

function lister(context: CliContext): ListedAgents {
  const { control, telemetry } = context;
  return new ListedAgents(control, telemetry, new StoredAgentReports(telemetry, context.messaging));
}

function metadata(): RequestMetadata {
  return { actor: `cli:${userInfo().username}`, causationId: null, correlationId: newId() };
}
