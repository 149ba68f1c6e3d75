import { isDeepStrictEqual } from 'node:util';
import { ANCHORS_ID, ANCHORS_MAX, ANCHORS_STREAM, type AnchorsEvent } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import type { Aggregate, ProjectedEvent } from '@icmp-mon/platform/event-store';
import { audited } from '@icmp-mon/platform/plugins';
import { canonicalAddress } from '@icmp-mon/targets/wire';

/** Addresses of the anchors, in the order in which they were given. */
type AnchorsState = readonly string[];

export const ANCHORS: Aggregate<AnchorsState, AnchorsEvent> = {
  category: ANCHORS_STREAM,
  initial: [],
  evolve: (state, { type, data }) => {
    switch (type) {
      case 'AnchorsSet':
        return data.ips;
      default:
        return ignored(type, state);
    }
  },
  project: projectAnchors,
};

/**
 * Replaces the anchors. Returns no event if nothing changes.
 * @throws DomainError `invalid` with a pointer for each address that is refused
 */
export function setAnchors(state: AnchorsState, addresses: readonly string[]): AnchorsEvent[] {
  const ips = canonicalAnchors(addresses);
  return isDeepStrictEqual([...state], ips) ? [] : [{ type: 'AnchorsSet', data: { ips } }];
}

function canonicalAnchors(addresses: readonly string[]): string[] {
  const errors: FieldError[] = [];
  if (addresses.length > ANCHORS_MAX) {
    errors.push({ pointer: '#/ips', detail: `must have at most ${ANCHORS_MAX} addresses` });
  }
  const ips: string[] = [];
  addresses.slice(0, ANCHORS_MAX).forEach((text, at) => {
    const pointer = `#/ips/${at}`;
    const address = canonicalAddress(text);
    if (!address.ok) errors.push({ pointer, detail: address.reason });
    else if (ips.includes(address.ip)) errors.push({ pointer, detail: `${address.ip} is given twice.` });
    else ips.push(address.ip);
  });
  if (errors.length > 0) throw new DomainError('invalid', 'Some anchors are not accepted: see "errors".', errors);
  return ips;
}

async function projectAnchors(sql: Sql, events: readonly ProjectedEvent<AnchorsEvent>[]): Promise<void> {
  const last = events.filter(({ type }) => type === 'AnchorsSet').at(-1);
  if (last === undefined) return;
  await sql.execute(
    `INSERT INTO anchors (id, ips, changed_at, version) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET ips = excluded.ips, changed_at = excluded.changed_at, version = excluded.version`,
    [ANCHORS_ID, last.data.ips, last.occurredAt, last.version],
  );
}

/** How the audit describes the events of the anchors. */
export const ANCHORS_AUDIT = audited<AnchorsEvent>({
  aggregate: ANCHORS,
  kind: 'anchors',
  types: {
    AnchorsSet: {
      did: ({ ips }) => (ips.length === 0 ? 'removed the anchors' : 'set the anchors'),
      fields: ({ ips }) => ({ ips: ips.length === 0 ? null : ips.join(', ') }),
    },
  },
});

/** Ignores events of a newer release. */
function ignored(_type: never, state: AnchorsState): AnchorsState {
  return state;
}
