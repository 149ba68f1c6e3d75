import { decodeSeriesBody } from '@icmp-mon/probing/wire';
import pg from 'pg';
import { agentHash, Tally } from './fleet/tally';

const ROWS_PER_FETCH = 10_000;

export interface StoredRange {
  /** Start of the first window, ms since 1970. */
  fromMs: number;
  /** Windows start before this time, ms since 1970. */
  toMs: number;
  /** Restricts the results to these targets. */
  keys?: ReadonlySet<number>;
  /** Restricts the results to these agents. */
  agentIds?: ReadonlySet<string>;
}

/** Reads the stored results of some windows on its own connection, and tallies them as the generator did. */
export async function storedTally(telemetryUrl: string, range: StoredRange): Promise<Tally> {
  const client = new pg.Client({ connectionString: telemetryUrl });
  await client.connect();
  try {
    const { rows: agents } = await client.query<{ agent_no: number; agent_id: string }>(
      'SELECT agent_no, agent_id::text AS agent_id FROM agent_no',
    );
    const known = agents.filter(({ agent_id }) => range.agentIds?.has(agent_id) ?? true);
    const hashes = new Map(known.map(({ agent_no, agent_id }) => [agent_no, agentHash(agent_id)]));
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(
      `DECLARE windows NO SCROLL CURSOR FOR
       SELECT target_key, (extract(epoch FROM window_start) * 1000)::float8 AS start_ms, body FROM probe_window
       WHERE window_start >= to_timestamp(${range.fromMs / 1_000}) AND window_start < to_timestamp(${range.toMs / 1_000})`,
    );
    return await fetchAll(client, hashes, range.keys);
  } finally {
    await client.end();
  }
}

async function fetchAll(
  client: pg.Client,
  hashes: ReadonlyMap<number, number>,
  keys: ReadonlySet<number> | undefined,
): Promise<Tally> {
  const tally = new Tally();
  for (;;) {
    const { rows } = await client.query<{ target_key: number; start_ms: number; body: Buffer }>(
      `FETCH ${ROWS_PER_FETCH} FROM windows`,
    );
    if (rows.length === 0) return tally;
    for (const { target_key: key, start_ms: startMs, body } of rows) {
      if (keys && !keys.has(key)) continue;
      const { count, agentNo, timeOffsetMs, outcome, rttUs } = decodeSeriesBody(body);
      for (let at = 0; at < count; at++) {
        const agent = hashes.get(agentNo[at]);
        if (agent !== undefined) tally.add(key, agent, startMs + timeOffsetMs[at], outcome[at], rttUs[at]);
      }
    }
  }
}
