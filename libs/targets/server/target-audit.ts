import type { Sql } from '@icmp-mon/platform/database';
import { aggregateIdOf, streamOf } from '@icmp-mon/platform/event-store';
import { type AuditFields, audited, tagFields } from '@icmp-mon/platform/plugins';
import {
  DEFAULT_VRF,
  type RecordedTarget,
  TARGET_STREAM,
  targetDataOf,
  type TargetEvent,
} from '@icmp-mon/targets/contract';
import { canonicalAddress } from '@icmp-mon/targets/wire';
import { TARGET } from './target';

const KIND = 'target';
/** Most targets of one address, newest first. */
const LIVES_MAX = 100;

/** How the audit describes the events of targets. */
export const TARGET_AUDIT = audited<TargetEvent>({
  aggregate: TARGET,
  kind: KIND,
  references: { parents: KIND },
  types: {
    TargetRegistered: { did: () => 'registered the target', fields: targetFields },
    TargetChanged: { did: () => 'changed the target', fields: targetFields },
    TargetRemoved: { did: () => 'removed the target', fields: () => ({}) },
    TargetErased: { did: () => 'erased the personal data of the removed target' },
  },
  nameEntities: readAddresses,
  findEntities: findTargets,
});

function targetFields(recorded: RecordedTarget): AuditFields {
  const { ip, vrf, name, tier, tags, paused, parents, notes, owner } = targetDataOf(recorded);
  return {
    ...{ ip, vrf, name, tier, paused: String(paused), owner, notes },
    parents: parents.length === 0 ? null : parents.join(', '),
    ...tagFields(tags),
  };
}

/** Returns the addresses of targets, also of removed ones, with their VRF unless it is the default one. */
async function readAddresses(sql: Sql, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql.query<{ stream: string; ip: string; vrf: string }>(
    `SELECT stream, data->>'ip' AS ip, data->>'vrf' AS vrf FROM event WHERE stream = ANY ($1::text[]) AND version = 1`,
    [ids.map((id) => streamOf(TARGET_STREAM, id))],
  );
  return new Map(
    rows.map(({ stream, ip, vrf }) => [aggregateIdOf(stream), vrf === DEFAULT_VRF ? ip : `${ip} (${vrf})`]),
  );
}

/** Returns the ids of targets that have or ever had an address, in any VRF, at most `LIVES_MAX`. */
async function findTargets(sql: Sql, text: string): Promise<string[]> {
  const address = canonicalAddress(text);
  if (!address.ok) return [];
  const rows = await sql.query<{ stream: string }>(
    `SELECT stream FROM event WHERE type = 'TargetRegistered' AND data ->> 'ip' = $1
     ORDER BY position DESC LIMIT ${LIVES_MAX}`,
    [address.ip],
  );
  return rows.map(({ stream }) => aggregateIdOf(stream));
}
