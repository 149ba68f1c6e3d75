import { userInfo } from 'node:os';
import { AGENT_CHANGES, type AgentChange, type AgentState, type AgentView } from '@icmp-mon/agents/contract';
import {
  ChangeAgent,
  ChangeAgentHandler,
  ListedAgents,
  ListEnrolmentTokensHandler,
  RevokeEnrolmentToken,
  RevokeEnrolmentTokenHandler,
  StoredAgentReports,
} from '@icmp-mon/agents/server';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import type { Command } from 'commander';
import { type CliContext, Refusal } from './cli-context';

const EFFECTS: Readonly<Record<AgentChange, string>> = {
  drain: 'Gives its targets to other agents; it stays.',
  'cancel-drain': 'Makes a draining agent active again.',
  retire: 'Drains it, and removes it once it holds no targets; its name is free then.',
  evict: 'Ends its credentials; it may join again with a token that names it.',
  ban: 'Ends its credentials; no token lets it in until it is unbanned.',
  unban: 'Lets a banned agent join again with a token that names it.',
};

/** What an operator does next with an agent that was put out. */
const WHAT_NEXT: Partial<Record<AgentState, string>> = {
  evicted: ': it may join again with a token that names it, which its page in the portal makes',
  banned: ': no token lets it in until it is unbanned',
};

interface ChangeOptions {
  reason?: string;
  force?: boolean;
  yes?: boolean;
}

export function addAgents(program: Command, context: CliContext): void {
  const agents = program.command('agents').description('Vantage points: lists them, drains, retires, evicts, bans.');
  agents
    .command('list')
    .description('Lists all but the retired ones, with their state.')
    .option('--retired', 'lists the retired ones')
    .action((options: { retired?: boolean }) => list(context, options.retired === true));
  for (const change of AGENT_CHANGES) {
    const command = agents
      .command(change)
      .argument('<agent>', 'its name or id')
      .description(EFFECTS[change])
      .option('--reason <text>', 'for the audit')
      .option('--yes', 'does it; otherwise it is only shown')
      .action((agent: string, options: ChangeOptions) => apply(context, change, agent, options));
    if (change === 'retire') command.option('--force', 'at once, without waiting for its targets and its spool');
  }
  addTokens(program, context);
}

function addTokens(program: Command, context: CliContext): void {
  const tokens = program.command('tokens').description('Enrolment tokens: lists and revokes them.');
  tokens
    .command('list')
    .description('Lists who made them and what is left of them; never their secrets.')
    .action(() => listTokens(context));
  tokens
    .command('revoke')
    .argument('<id>', 'id of the token')
    .description('It lets no agent in any more; agents that joined with it stay.')
    .action((id: string) => revoke(context, id));
}

async function list(context: CliContext, retired: boolean): Promise<void> {
  const found = await lister(context).list(retired ? 'retired' : undefined);
  if (found.length === 0) return context.say(retired ? 'No agent was retired.' : 'No agent has joined.');
  for (const { id, name, region, state, connection, assignedTargets, stateReason } of found) {
    const heard = retired ? '' : `  ${connection}  ${assignedTargets} targets`;
    context.say(`${name}  ${region}  ${state}${heard}  ${id}${stateReason === null ? '' : `  (${stateReason})`}`);
  }
}

async function apply(context: CliContext, change: AgentChange, ref: string, options: ChangeOptions): Promise<void> {
  const agent = await find(context, ref);
  const { reason, force = false, yes = false } = options;
  if (!yes) {
    throw new Refusal(`${agent.name} is ${agent.state}. ${change}: ${EFFECTS[change]} Add --yes to do it.`);
  }
  const { control } = context;
  const handler = new ChangeAgentHandler(new EventStore(control));
  const request = { ...(reason !== undefined && { reason }), force };
  const { state, thenRetire } = await handler.execute(new ChangeAgent(agent.id, change, request, metadata()));
  const next = thenRetire ? ', and is retired once it holds no targets' : (WHAT_NEXT[state] ?? '');
  context.say(`${agent.name} is ${state}${next}`);
}

async function find(context: CliContext, ref: string): Promise<AgentView> {
  const found = await lister(context).list();
  const agent = found.find(({ id, name }) => id === ref || name === ref);
  if (agent !== undefined) return agent;
  throw new Refusal(`There is no agent "${ref}". npm run icmpmon -- agents list shows them.`);
}

async function listTokens(context: CliContext): Promise<void> {
  const { items: found } = await new ListEnrolmentTokensHandler(context.control).execute();
  if (found.length === 0) return context.say('There are no enrolment tokens.');
  for (const { id, state, createdBy, agentName, region, uses, usesLeft, expiresAt, lastUsedAt } of found) {
    const purpose = agentName !== null ? `agent ${agentName}` : region !== null ? `region ${region}` : 'any new agent';
    const used = lastUsedAt === null ? 'never used' : `last used ${lastUsedAt}`;
    context.say(
      `${id}  ${state}  ${purpose}  ${usesLeft} of ${uses} left  by ${createdBy ?? '-'}  until ${expiresAt}  ${used}`,
    );
  }
}

async function revoke(context: CliContext, id: string): Promise<void> {
  const { control } = context;
  const handler = new RevokeEnrolmentTokenHandler(control, new EventStore(control));
  await handler.execute(new RevokeEnrolmentToken(id, metadata()));
  context.say(`The token ${id} is revoked.`);
}

function lister(context: CliContext): ListedAgents {
  const { control, telemetry } = context;
  return new ListedAgents(control, telemetry, new StoredAgentReports(telemetry, context.messaging));
}

function metadata(): RequestMetadata {
  return { actor: `cli:${userInfo().username}`, causationId: null, correlationId: newId() };
}
