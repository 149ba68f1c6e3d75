import type { Sql, Transactor } from '@icmp-mon/platform/database';
import { eventReplay, type ReadModel } from '@icmp-mon/platform/rebuild';
import { AGENT } from './agent';

/** The agents as the event store tells them. Enrolment tokens are no projection: events hold no secrets. */
export function agentModel(database: Sql & Transactor): ReadModel<number> {
  return {
    name: 'agent',
    source: 'the event store',
    tables: [
      {
        name: 'agent',
        key: ['id'],
        columns: [
          ...['id', 'name', 'region', 'provider', 'tags', 'capacity_pps', 'certificate_sha256'],
          ...['previous_certificate_sha256', 'certificate_not_after', 'enrolled_at', 'version'],
        ],
      },
    ],
    ...eventReplay(database, AGENT),
  };
}
