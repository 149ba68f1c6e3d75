import type { AuditChange, AuditEntity } from '@icmp-mon/audit/contract';

/** Pages of entities by their kind; those of the others have none of their own. */
const PAGES: Readonly<Record<string, string>> = {
  target: '/targets',
  tier: '/settings/tiers',
  agent: '/agents',
  user: '/settings/users',
  'inventory-source': '/settings/sources',
};
/** Pages that list all entities of a kind. */
const LISTS: Readonly<Record<string, string>> = {
  'api-key': '/settings/keys',
  'enrolment-token': '/settings/tokens',
  anchors: '/settings/anchors',
  'dead-letters': '/health',
};
const TAG = 'tag:';

/** Returns the page of an entity; null if it has none. */
export function entityPage({ kind, id }: AuditEntity): string[] | null {
  const page = PAGES[kind];
  if (page !== undefined) return [page, id];
  const list = LISTS[kind];
  return list === undefined ? null : [list];
}

/** Returns the name of a field in words. */
export const fieldText = ({ field }: AuditChange): string =>
  field.startsWith(TAG) ? `tag ${field.slice(TAG.length)}` : field;

/** Returns a kind of entity in words. */
export const kindText = (kind: string): string => (kind === 'api-key' ? 'API key' : kind.replaceAll('-', ' '));
