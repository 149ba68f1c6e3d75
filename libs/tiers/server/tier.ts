import type { Sql } from '@icmp-mon/platform/database';
import type { Aggregate, ProjectedEvent } from '@icmp-mon/platform/event-store';
import { completePolicy, TIER_STREAM, type TierEvent, type TierPolicy } from '@icmp-mon/tiers/contract';

export type TierState = { kind: 'absent' } | { kind: 'defined'; builtIn: boolean; policy: TierPolicy };

/** Decides to define a built-in tier unless it exists: later changes by operators are kept. */
export function defineBuiltIn(state: TierState, name: string, policy: TierPolicy): TierEvent[] {
  if (state.kind === 'defined') return [];
  return [{ type: 'TierDefined', data: { name, builtIn: true, policy } }];
}

export function evolve(_state: TierState, event: TierEvent): TierState {
  return { kind: 'defined', builtIn: event.data.builtIn, policy: completePolicy(event.data.policy) };
}

async function projectTiers(sql: Sql, events: readonly ProjectedEvent<TierEvent>[]): Promise<void> {
  for (const event of events) await projectTier(sql, event);
}

async function projectTier(sql: Sql, event: ProjectedEvent<TierEvent>): Promise<void> {
  const { name, builtIn, policy } = event.data;
  await sql.execute(
    `INSERT INTO tier (name, built_in, policy, version) VALUES ($1, $2, $3::jsonb, $4)
     ON CONFLICT (name) DO UPDATE
     SET built_in = excluded.built_in, policy = excluded.policy, version = excluded.version`,
    [name, builtIn, JSON.stringify(policy), event.version],
  );
}

export const TIER: Aggregate<TierState, TierEvent> = {
  category: TIER_STREAM,
  initial: { kind: 'absent' },
  evolve,
  project: projectTiers,
};
