import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { HOUR_MS } from '@icmp-mon/platform/plugins';
import { type HoursOfShard, PairHours, type TargetHours } from '@icmp-mon/probing/contract';
import { Injectable } from '@nestjs/common';

/** Targets that are read at a time. */
const TARGETS_PER_FETCH = 250;
/** Memory for grouping the hours of a shard by target. */
const GROUP_MEMORY = '128MB';

@Injectable()
export class StoredPairHours extends PairHours {
  constructor(private readonly telemetry: TelemetryDatabase) {
    super();
  }

  override async latestByShard(): Promise<ReadonlyMap<number, number>> {
    const rows = await this.telemetry.query<{ shard: number; hour: Date | null }>(
      'SELECT s.shard, (SELECT max(hour) FROM pair_hour p WHERE p.shard = s.shard) AS hour FROM shard s',
    );
    return new Map(rows.flatMap(({ shard, hour }) => (hour === null ? [] : [[shard, hour.getTime()]])));
  }

  override async agentIds(): Promise<ReadonlyMap<number, string>> {
    const rows = await this.telemetry.query<{ agent_no: number; agent_id: string }>(
      'SELECT agent_no, agent_id FROM agent_no',
    );
    return new Map(rows.map((row) => [row.agent_no, row.agent_id]));
  }

  override visitTargets(
    { shard, fromMs, toMs, targetKeys }: HoursOfShard,
    visit: (targets: TargetHours[]) => Promise<void>,
  ): Promise<void> {
    return this.telemetry.transaction(async (sql) => {
      await sql.execute(`SET LOCAL work_mem = '${GROUP_MEMORY}'`);
      const [from, to] = [fromMs, toMs].map((ms) => `'${new Date(ms).toISOString()}'::timestamptz`);
      const only =
        targetKeys === undefined ? '' : `AND target_key = ANY ('{${targetKeys.map(Number).join(',')}}'::integer[])`;
      // One value per target: an array of bodies would be parsed character by character.
      await sql.execute(
        `DECLARE target_hours NO SCROLL CURSOR FOR
         SELECT target_key, check_no, string_agg(
           int4send((extract(epoch FROM hour) / 3600)::integer) || int4send(length(body)) || body, '\\x'::bytea) AS hours
         FROM pair_hour WHERE shard = ${Number(shard)} AND hour >= ${from} AND hour <= ${to} ${only}
         GROUP BY target_key, check_no`,
      );
      for (;;) {
        const rows = await sql.query<{ target_key: number; check_no: number; hours: Buffer }>(
          `FETCH ${TARGETS_PER_FETCH} FROM target_hours`,
        );
        if (rows.length > 0)
          await visit(rows.map((row) => ({ targetKey: row.target_key, check: row.check_no, hours: split(row.hours) })));
        if (rows.length < TARGETS_PER_FETCH) return;
      }
    });
  }
}

function split(bytes: Buffer): TargetHours['hours'] {
  const hours: TargetHours['hours'] = [];
  for (let at = 0; at < bytes.length;) {
    const hourMs = bytes.readInt32BE(at) * HOUR_MS;
    const start = at + 8;
    at = start + bytes.readInt32BE(at + 4);
    hours.push({ hourMs, body: bytes.subarray(start, at) });
  }
  return hours;
}
