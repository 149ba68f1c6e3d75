import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { PrintedResult } from '@icmp-mon/probing/wire';

/** Result of an anti-join between sent and stored results. */
export interface Judgement {
  sent: number;
  stored: number;
  missing: number;
  duplicates: number;
  /** Number of stored results that were never sent. */
  surplus: number;
}

const SETTLE_MS = 60_000;
const JUDGE_EVERY_MS = 1_000;

/** Tolerance for the estimated clock correction, which is some milliseconds off. */
const CLOCK_TOLERANCE = '1 second';

/** Judges repeatedly until no result is missing, for at most a minute; returns the last judgement. */
export async function settled(judge: () => Promise<Judgement>): Promise<Judgement> {
  const deadlineMs = performance.now() + SETTLE_MS;
  for (;;) {
    const judgement = await judge();
    if (judgement.missing === 0 || performance.now() > deadlineMs) return judgement;
    await pause(JUDGE_EVERY_MS);
  }
}

const NUMBERED = `
  WITH stored AS MATERIALIZED (
    SELECT rtt_us AS number FROM probe_result
    WHERE agent_id = $1 AND outcome = 'reply' AND rtt_us BETWEEN $2 AND $3),
  sent AS (SELECT n AS number FROM generate_series($2::bigint, $3::bigint) n
           WHERE NOT EXISTS (SELECT FROM unnest($4::bigint[]) d WHERE d = n))
  SELECT (SELECT count(*) FROM sent)::integer AS sent,
         (SELECT count(*) FROM stored)::integer AS stored,
         (SELECT count(*) FROM sent WHERE NOT EXISTS (SELECT FROM stored WHERE stored.number = sent.number))::integer AS missing,
         (SELECT count(*) - count(DISTINCT number) FROM stored)::integer AS duplicates,
         (SELECT count(*) FROM stored WHERE number = ANY($4))::integer AS surplus`;

/** Judges the results `from` to `to` (numbers, inclusive) of a numbered agent; disowned numbers must not be stored. */
export async function judgeNumbers(
  url: string,
  agentId: string,
  { from, to, disowned }: { from: number; to: number; disowned: readonly number[] },
): Promise<Judgement> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<Judgement>(NUMBERED, [agentId, from, to, disowned]);
    if (!rows[0]) throw new Error('the query returned no row');
    return rows[0];
  });
}

const WITNESSED = `
  WITH stored AS MATERIALIZED (
    SELECT target_key, check_no, at, outcome, rtt_us FROM probe_result
    WHERE agent_name = $1 AND at >= $2 AND target_key = ANY($3))
  SELECT (SELECT count(*) FROM spooled)::integer AS sent,
         (SELECT count(*) FROM stored)::integer AS stored,
         (SELECT count(*) FROM spooled WHERE NOT EXISTS (SELECT FROM stored WHERE SAME))::integer AS missing,
         0 AS duplicates,
         (SELECT count(*) FROM stored WHERE NOT EXISTS (SELECT FROM spooled WHERE SAME))::integer AS surplus`.replaceAll(
  'SAME',
  `stored.target_key = spooled.target_key AND stored.check_no = spooled.check_no AND stored.outcome = spooled.outcome
   AND stored.rtt_us = spooled.rtt_us
   AND stored.at BETWEEN spooled.at - interval '${CLOCK_TOLERANCE}' AND spooled.at + interval '${CLOCK_TOLERANCE}'`,
);

/** Judges the stored results of an agent, since `since` and of the given targets, against those in its spool's witness. */
export async function judgeWitness(
  url: string,
  agentName: string,
  { spooled, since, keys }: { spooled: PrintedResult[]; since: Date; keys: readonly number[] },
): Promise<Judgement> {
  // Results of targets that other faults registered and removed are dropped on purpose.
  const counted = spooled.filter(({ targetKey }) => keys.includes(targetKey));
  return withClient(url, async (client) => {
    await client.query(
      `CREATE TEMP TABLE spooled AS
       SELECT * FROM unnest($1::integer[], $2::smallint[], $3::timestamptz[], $4::text[], $5::bigint[])
         AS s(target_key, check_no, at, outcome, rtt_us)`,
      [
        counted.map(({ targetKey }) => targetKey),
        counted.map(({ check }) => check),
        counted.map(({ at }) => at),
        counted.map(({ outcome }) => outcome),
        counted.map(({ rttUs }) => rttUs ?? 0),
      ],
    );
    await client.query('CREATE INDEX ON spooled (target_key, at)');
    await client.query('ANALYZE spooled');
    const { rows } = await client.query<Judgement>(WITNESSED, [agentName, since, keys]);
    if (!rows[0]) throw new Error('the query returned no row');
    const { sent, stored, missing, surplus } = rows[0];
    // An agent may measure a target twice within a second, so duplicates are the stored results beyond the sent ones.
    return { ...rows[0], duplicates: Math.max(0, stored - surplus - (sent - missing)) };
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
