import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** Columns that fragments (probe_recent) and folded windows (probe_series) share. */
const WINDOW_COLUMNS = `
  target_key integer NOT NULL,
  check_no smallint NOT NULL,
  shard smallint NOT NULL,
  window_start timestamptz NOT NULL,
  sent integer NOT NULL,
  replied integer NOT NULL,
  lost integer NOT NULL,
  not_sent integer NOT NULL,
  rtt_min_us integer NOT NULL,
  rtt_max_us integer NOT NULL,
  rtt_sum_us bigint NOT NULL,
  jitter_sum_us bigint NOT NULL,
  jitter_count integer NOT NULL,
  histogram bytea NOT NULL,
  body bytea NOT NULL`;

/** The byte layout is the one of docs/block-format.md, "Series body". */
const DECODE = `
  CREATE FUNCTION decode_series_body(body bytea)
  RETURNS TABLE (agent_no integer, offset_ms integer, outcome_code integer, rtt_us bigint)
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  DECLARE
    at integer := 1;
    size integer := length(body);
    value bigint;
    scale bigint;
    byte integer;
    samples bigint;
    step_ms bigint;
    unit_us bigint;
    code bigint;
    field integer := 0; -- 0 agent, 1 count, 2 time, 3 token
  BEGIN
    body := body || ''::bytea; -- a copy in memory: each get_byte would unpack a stored body anew
    IF get_byte(body, 0) <> 1 THEN
      RAISE EXCEPTION 'series body of version %, this reads 1', get_byte(body, 0);
    END IF;
    agent_no := 0;
    WHILE at < size LOOP
      value := 0;
      scale := 1;
      LOOP
        byte := get_byte(body, at);
        at := at + 1;
        value := value + (byte & 127) * scale;
        EXIT WHEN byte < 128;
        scale := scale * 128;
      END LOOP;
      IF field = 0 THEN
        agent_no := agent_no + value;
        field := 1;
      ELSIF field = 1 THEN
        samples := value;
        offset_ms := 0;
        step_ms := 0;
        rtt_us := 0;
        unit_us := 1;
        field := 2;
      ELSIF field = 2 THEN
        step_ms := step_ms + CASE WHEN value % 2 = 0 THEN value / 2 ELSE -(value + 1) / 2 END;
        offset_ms := offset_ms + step_ms;
        field := 3;
      ELSE
        IF value % 4 = 3 THEN
          outcome_code := value / 4;
          RETURN QUERY SELECT agent_no, offset_ms, outcome_code, NULL::bigint;
        ELSE
          outcome_code := 0;
          IF value % 2 = 0 THEN
            value := value / 2;
            rtt_us := rtt_us + CASE WHEN value % 2 = 0 THEN value / 2 ELSE -(value + 1) / 2 END * unit_us;
          ELSE
            code := value / 4;
            unit_us := (ARRAY[1, 10, 100, 1000])[code % 4 + 1];
            rtt_us := code / 4 * unit_us;
          END IF;
          RETURN NEXT;
        END IF;
        samples := samples - 1;
        field := CASE WHEN samples = 0 THEN 0 ELSE 2 END;
      END IF;
    END LOOP;
  END $$`;

/** Raw results: windows of five minutes, fragments of the windows still open, and one row a result for people with psql. */
export class ProbingSeries1790000003000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(queryRunner: QueryRunner): Promise<void> {
    const run = (sql: string): Promise<unknown> => queryRunner.query(sql);
    await run(`
      CREATE TABLE agent_no (
        agent_no smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        agent_id uuid NOT NULL UNIQUE,
        name text NOT NULL
      )`);
    await run('CREATE TABLE series_cut (shard smallint PRIMARY KEY, cut timestamptz NOT NULL)');
    await run(`CREATE TABLE probe_series (${WINDOW_COLUMNS})`);
    await run(`CREATE TABLE probe_recent (${WINDOW_COLUMNS}, position bigint NOT NULL)`);
    await run(`SELECT create_hypertable('probe_series', 'window_start', chunk_time_interval => interval '1 day',
                                        create_default_indexes => false)`);
    await run(`SELECT create_hypertable('probe_recent', 'window_start', chunk_time_interval => interval '10 minutes',
                                        create_default_indexes => false)`);
    await run('CREATE INDEX probe_series_target ON probe_series (target_key, window_start DESC)');
    await run('CREATE INDEX probe_recent_target ON probe_recent (target_key, window_start DESC)');
    await run(DECODE);
    await run(`
      CREATE VIEW probe_window AS
        SELECT s.*, NULL::bigint AS position FROM probe_series s
        UNION ALL
        SELECT r.* FROM probe_recent r
        WHERE r.window_start >= COALESCE((SELECT c.cut FROM series_cut c WHERE c.shard = r.shard), '-infinity')`);
    await run(`
      CREATE VIEW probe_result AS
        SELECT w.target_key, w.check_no, w.shard, w.window_start,
               w.window_start + d.offset_ms * interval '1 millisecond' AS at,
               a.agent_id, a.name AS agent_name,
               (ARRAY['reply', 'timeout', 'not_sent', 'unreachable', 'refused', 'error'])[d.outcome_code + 1] AS outcome,
               d.rtt_us
        FROM probe_window w
        CROSS JOIN LATERAL decode_series_body(w.body) d
        JOIN agent_no a ON a.agent_no = d.agent_no`);
  }
}
