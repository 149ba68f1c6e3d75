import type { Sql } from '@icmp-mon/platform/database';
import type { ProjectedEvent } from '@icmp-mon/platform/event-store';
import type { TierEvent } from '@icmp-mon/tiers/contract';

/** Updates the table `tier`. It stores policies as the events contain them; readers complete them (`completePolicy`). */
export async function projectTiers(sql: Sql, events: readonly ProjectedEvent<TierEvent>[]): Promise<void> {
  for (const { type, data, version } of events) await projectTier(sql, { type, data } as TierEvent, version);
}

async function projectTier(sql: Sql, event: TierEvent, version: number): Promise<void> {
  switch (event.type) {
    case 'TierDefined': {
      const { name, builtIn, policy } = event.data;
      await sql.execute(
        `INSERT INTO tier (name, built_in, policy, version) VALUES ($1, $2, $3::jsonb, $4)
         ON CONFLICT (name) DO UPDATE SET built_in = excluded.built_in, policy = excluded.policy, version = excluded.version`,
        [name, builtIn, JSON.stringify(policy), version],
      );
      return;
    }
    case 'TierRemovalStarted':
      await sql.execute('UPDATE tier SET successor = $2, version = $3 WHERE name = $1', [
        ...[event.data.name, event.data.successor, version],
      ]);
      return;
    case 'TierRemoved':
      await sql.execute('DELETE FROM tier WHERE name = $1', [event.data.name]);
      return;
    default:
      // An event that a newer release wrote: it changes nothing that this release knows.
      event satisfies never;
  }
}
