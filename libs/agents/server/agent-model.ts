import type { Sql, Transactor } from '@icmp-mon/platform/database';
import { eventReplay, type ReadModel } from '@icmp-mon/platform/rebuild';
import { AGENT } from './agent';

/** Columns written by enrolments and later by changes without an event: renewals, rejoins with the bound key, detected copies. */
const CREDENTIALS = [
  ...['key_sha256', 'certificate_sha256', 'previous_certificate_sha256', 'certificate_not_after'],
  ...['certificate_used_at', 'clone_suspected_at', 'rejoin_floor_ms'],
];

/** Read model of the agents, derived from the event store. Enrolment tokens are not a projection, because events contain no secrets. */
export function agentModel(database: Sql & Transactor): ReadModel<number> {
  return {
    name: 'agent',
    source: 'the event store',
    tables: [
      {
        name: 'agent',
        key: ['id'],
        columns: [
          ...['id', 'name', 'region', 'provider', 'tags', 'capacity_pps', 'set_by_operator'],
          ...['enrolled_at', 'version'],
          ...['state', 'state_since', 'state_reason', 'then_retire'],
        ],
      },
    ],
    ...eventReplay(database, AGENT),
    settleHeld: keepCredentials,
  };
}

/** Copies the columns that no event contains from the live rows. */
async function keepCredentials(sql: Sql, live: string, beside: string): Promise<string[]> {
  // Blocks renewals until the tables are swapped; a renewal written to the replaced row would be lost.
  await sql.execute(`LOCK TABLE ${live}.agent IN EXCLUSIVE MODE`);
  await sql.execute(
    `UPDATE ${beside}.agent b SET ${CREDENTIALS.map((column) => `${column} = l.${column}`).join(', ')}
     FROM ${live}.agent l WHERE l.id = b.id AND l.enrolled_at = b.enrolled_at`,
  );
  return [];
}
