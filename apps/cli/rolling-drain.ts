import { userInfo } from 'node:os';
import { ChangeAgent, ChangeAgentHandler } from '@icmp-mon/agents/server';
import { heldTargets } from '@icmp-mon/assignment/server';
import { pause } from '@icmp-mon/platform/concurrency';
import type { Sql } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { Invocation } from '@icmp-mon/platform/command-line';
import { newId } from '@icmp-mon/platform/ids';
import { parseTags } from '@icmp-mon/targets/contract';
import { type CliContext, Refusal } from './cli-context';
import { type DrainedAgent, drainProgress, planDrain } from './drain-plan';

const LOOK_MS = 1_000;
const AT_ONCE = 1;
const WAIT_S = 600;

/**
 * Drains the selected agents one after the other, some at a time. The states of the agents are the only progress that is stored, so a
 * repeated command continues.
 * @throws Refusal if no agent is selected, or no target moved for `--wait` seconds
 */
export async function drainAll(context: CliContext, asked: Invocation): Promise<void> {
  const chosen = await selectAgents(context.control, asked);
  if (chosen.length === 0) throw new Refusal('No agent in service matches. List them: npm run icmpmon -- agents list');
  const atOnce = asked.number('at-once') ?? AT_ONCE;
  if (!asked.flag('yes')) {
    const names = chosen.map(({ name }) => name).join(', ');
    throw new Refusal(`${chosen.length} agents, ${atOnce} at a time: ${names}. Add --yes to drain them.`);
  }
  const started = new Set<string>();
  let [progress, sinceMs] = ['', performance.now()];
  for (;;) {
    const agents = await readAgents(
      context.control,
      chosen.map(({ id }) => id),
    );
    const plan = planDrain(agents, started, atOnce);
    const text = drainProgress(plan);
    if (text !== progress) {
      [progress, sinceMs] = [text, performance.now()];
      context.printLine(text);
    }
    if (plan.draining.length === 0 && plan.waiting.length === 0) return;
    for (const { id } of plan.next) {
      started.add(id);
      await startDrain(context.control, id, asked.text('reason'));
    }
    requireProgress(performance.now() - sinceMs, asked);
    await pause(LOOK_MS);
  }
}

function requireProgress(waitedMs: number, asked: Invocation): void {
  const waitS = asked.number('wait') ?? WAIT_S;
  if (waitedMs < waitS * 1_000) return;
  throw new Refusal(
    `No target moved for ${waitS} s: probably no other agent is ready for them (Health, Assignment). Repeat the command to continue.`,
  );
}

async function selectAgents(sql: Sql, asked: Invocation): Promise<{ id: string; name: string }[]> {
  const parsed = parseTags(asked.text('tags') ?? '');
  if ('error' in parsed) throw new Refusal(`--tags: ${parsed.error}`);
  return sql.query<{ id: string; name: string }>(
    `SELECT id, name FROM agent WHERE state IN ('active', 'draining') AND region = coalesce($1, region)
       AND provider = coalesce($2, provider) AND tags @> $3::jsonb ORDER BY name`,
    [asked.text('region') ?? null, asked.text('provider') ?? null, JSON.stringify(parsed.tags)],
  );
}

async function readAgents(sql: Sql, ids: readonly string[]): Promise<DrainedAgent[]> {
  const agents = await sql.query<Omit<DrainedAgent, 'held'>>(
    'SELECT id, name, state FROM agent WHERE id = ANY($1::uuid[]) ORDER BY name',
    [ids],
  );
  const held = await heldTargets(sql, ids);
  return agents.map((agent) => ({ ...agent, held: held.get(agent.id) ?? 0 }));
}

async function startDrain(control: CliContext['control'], id: string, reason: string | undefined): Promise<void> {
  const metadata = { actor: `cli:${userInfo().username}`, causationId: null, correlationId: newId() };
  const request = reason === undefined ? {} : { reason };
  await new ChangeAgentHandler(new EventStore(control)).execute(new ChangeAgent(id, 'drain', request, metadata));
}
