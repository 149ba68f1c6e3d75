import type { Sql } from '@icmp-mon/platform/database';
import { shareStreams } from '@icmp-mon/platform/event-store';
import type { TargetData, TargetParent } from '@icmp-mon/targets/contract';
import { TIER_STREAM } from '@icmp-mon/tiers/contract';
import type { WaitingLine } from './import-rows';

/** A target of the inventory, with its parents as references. */
export interface CurrentTarget extends Omit<TargetData, 'targetId' | 'parents'> {
  id: string;
  version: number;
  parents: TargetParent[];
}

type Place = Pick<WaitingLine, 'vrf' | 'ip'>;

export const placeKey = ({ vrf, ip }: Place): string => `${vrf}\n${ip}`;

/** Returns the targets at these addresses, by `placeKey`. */
export async function currentTargets(sql: Sql, places: readonly Place[]): Promise<Map<string, CurrentTarget>> {
  const rows = await sql.query<CurrentTarget>(
    `SELECT t.id, t.version, t.key, host(t.ip) AS ip, t.vrf, t.name, t.tags, t.tier, t.paused, t.notes, t.owner,
       CASE WHEN t.parents = '{}' THEN '[]' ELSE
         (SELECT coalesce(json_agg(json_build_object('id', p.id, 'ip', host(p.ip), 'vrf', p.vrf)), '[]')
          FROM target_list p WHERE p.id = ANY (t.parents)) END AS parents
     FROM jsonb_to_recordset($1::jsonb) AS place (vrf text, ip inet) JOIN target_list t USING (vrf, ip)`,
    [JSON.stringify(places.map(({ vrf, ip }) => ({ vrf, ip })))],
  );
  return new Map(rows.map((row) => [placeKey(row), row]));
}

/** Returns those of the tiers that targets may be given. They are locked against removal until the transaction ends. */
export async function usableTiers(sql: Sql, names: readonly string[]): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  await shareStreams(sql, TIER_STREAM, names);
  const rows = await sql.query<{ name: string }>('SELECT name FROM tier WHERE name = ANY ($1) AND successor IS NULL', [
    names,
  ]);
  return new Set(rows.map(({ name }) => name));
}
