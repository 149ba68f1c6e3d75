import type { Sql } from '@icmp-mon/platform/database';
import { ERASED, type EventProjection, type ProjectedEvent } from '@icmp-mon/platform/event-store';
import {
  PERSONAL_MEMBERS,
  TARGET_STREAM,
  type RecordedTarget,
  type TargetData,
  targetDataOf,
  type TargetErased,
  type TargetEvent,
  type TargetRemoved,
} from '@icmp-mon/targets/contract';
import { isoText } from '../target-list/target-row';

/** A version of a target and the time in which it is valid: from `from`, to `to` exclusive. */
interface VersionRow extends TargetData {
  version: number;
  registeredAt: string;
  from: string;
  /** Null while it is the current version. */
  to: string | null;
}

type OpenVersion = Pick<VersionRow, 'key' | 'version' | 'registeredAt' | 'from'>;

/** Versions that end, and new ones, by key and version. */
interface VersionChanges {
  ended: Map<string, OpenVersion & { to: string }>;
  begun: Map<string, VersionRow>;
}

const rowKey = ({ key, version }: Pick<VersionRow, 'key' | 'version'>): string => `${key}/${version}`;

/**
 * Keeps each version of each target with its validity: half-open periods that neither overlap nor leave gaps between registration and
 * removal. A period begins at the time of its event in the store; if the clock went back between two events of a target, the later
 * event counts as simultaneous, and of simultaneous versions only the last is kept. An event that was already projected changes nothing.
 */
export const TARGET_VERSIONS: EventProjection<TargetEvent> = {
  name: 'target-versions',
  category: TARGET_STREAM,
  async projectEvents(sql, events) {
    const current = await currentVersions(sql, [...new Set(events.map(({ data }) => data.key))]);
    const changes: VersionChanges = { ended: new Map(), begun: new Map() };
    for (const event of events) applyEvent(event, current, changes);
    await endVersions(sql, [...changes.ended.values()]);
    await addVersions(sql, [...changes.begun.values()]);
    await eraseVersions(sql, events);
  },
};

function applyEvent(
  { type, data, version, occurredAt }: ProjectedEvent<TargetEvent>,
  current: Map<number, OpenVersion>,
  changes: VersionChanges,
): void {
  // Any other type comes from a newer release: it changes nothing that this version knows.
  if (type !== 'TargetRegistered' && type !== 'TargetChanged' && type !== 'TargetRemoved') return;
  const { key } = data as TargetRemoved['data'];
  const before = current.get(key);
  if (before === undefined ? type !== 'TargetRegistered' : version <= before.version) return;
  const at = before === undefined || before.from < occurredAt ? occurredAt : before.from;
  if (before !== undefined) endVersion(before, at, changes);
  current.delete(key);
  if (type === 'TargetRemoved') return;
  const registeredAt = before?.registeredAt ?? at;
  const row = { ...targetDataOf(data as RecordedTarget), version, registeredAt, from: at, to: null };
  changes.begun.set(rowKey(row), row);
  current.set(key, row);
}

function endVersion(before: OpenVersion, to: string, { ended, begun }: VersionChanges): void {
  const id = rowKey(before);
  const row = begun.get(id);
  if (row === undefined) ended.set(id, { ...before, to });
  else if (row.from === to) begun.delete(id);
  else begun.set(id, { ...row, to });
}

async function currentVersions(sql: Sql, keys: number[]): Promise<Map<number, OpenVersion>> {
  const rows = await sql.query<OpenVersion>(
    `SELECT key, version, ${isoText('lower(valid)')} AS "from", ${isoText('registered_at')} AS "registeredAt"
     FROM target_version WHERE key = ANY ($1::integer[]) AND upper_inf(valid)`,
    [keys],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

async function endVersions(sql: Sql, ended: (OpenVersion & { to: string })[]): Promise<void> {
  if (ended.length === 0) return;
  const empty = ended.filter(({ from, to }) => from === to);
  if (empty.length > 0) {
    await sql.execute(
      `DELETE FROM target_version v USING json_to_recordset($1::json) AS e (key integer, version integer)
       WHERE v.key = e.key AND v.version = e.version`,
      [JSON.stringify(empty)],
    );
  }
  await sql.execute(
    `UPDATE target_version v SET valid = tstzrange(lower(v.valid), e."to")
     FROM json_to_recordset($1::json) AS e (key integer, version integer, "to" timestamptz)
     WHERE v.key = e.key AND v.version = e.version AND upper_inf(v.valid)`,
    [JSON.stringify(ended.map(({ key, version, to }) => ({ key, version, to })))],
  );
}

async function addVersions(sql: Sql, begun: VersionRow[]): Promise<void> {
  if (begun.length === 0) return;
  await sql.execute(
    `INSERT INTO target_version (key, version, valid, id, ip, vrf, name, tags, tier, parents, paused, notes, owner, registered_at)
     SELECT key, version, tstzrange("from", "to"), "targetId", ip, vrf, name, tags, tier, parents, paused, notes, owner, "registeredAt"
     FROM json_to_recordset($1::json) AS t (key integer, version integer, "from" timestamptz, "to" timestamptz, "targetId" uuid,
       ip inet, vrf text, name text, tags jsonb, tier text, parents uuid[], paused boolean, notes text, owner text, "registeredAt" timestamptz)
     ON CONFLICT (key, version) DO NOTHING`,
    [JSON.stringify(begun)],
  );
}

/** Erases the personal data of targets, also in versions from events of older releases, which hold them in clear. */
async function eraseVersions(sql: Sql, events: readonly ProjectedEvent<TargetEvent>[]): Promise<void> {
  const erased = events.flatMap(({ type, data }) =>
    type === 'TargetErased' ? [(data as TargetErased['data']).key] : [],
  );
  if (erased.length === 0) return;
  const texts = PERSONAL_MEMBERS.map((member) => `${member} = CASE WHEN ${member} IS NOT NULL THEN $2 END`);
  await sql.execute(`UPDATE target_version SET ${texts.join(', ')} WHERE key = ANY ($1::integer[])`, [erased, ERASED]);
}
