import type { Sql, Transactor } from '@icmp-mon/platform/database';
import { eventReplay, type ReadModel } from '@icmp-mon/platform/rebuild';
import { AGENT } from './agent';

/** Written by enrolments, and afterwards by what is no event: renewals, returns by the bound key, what is noticed of copies. */
const CREDENTIALS = [
  ...['key_sha256', 'certificate_sha256', 'previous_certificate_sha256', 'certificate_not_after'],
  ...['certificate_used_at', 'clone_suspected_at', 'rejoin_floor_ms'],
];

/** The agents as the event store has them. Enrolment tokens are no projection: events hold no secrets. */
export function agentModel(database: Sql & Transactor): ReadModel<number> {
  return {
    name: 'agent',
    source: 'the event store',
    tables: [
      {
        name: 'agent',
        key: ['id'],
        columns: [
          ...['id', 'name', 'region', 'provider', 'tags', 'capacity_pps', 'enrolled_at', 'version'],
          ...['state', 'state_since', 'state_reason', 'then_retire'],
        ],
      },
    ],
    ...eventReplay(database, AGENT),
    settle: keepCredentials,
  };
}

/** A row that is replaced keeps what no event holds. */
async function keepCredentials(sql: Sql, live: string, beside: string): Promise<string[]> {
  // Renewals wait, or one would be lost with the row that it was written to.
  await sql.execute(`LOCK TABLE ${live}.agent IN EXCLUSIVE MODE`);
  await sql.execute(
    `UPDATE ${beside}.agent b SET ${CREDENTIALS.map((column) => `${column} = l.${column}`).join(', ')}
     FROM ${live}.agent l WHERE l.id = b.id AND l.enrolled_at = b.enrolled_at`,
  );
  return [];
}
