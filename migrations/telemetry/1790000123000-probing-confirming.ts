import type { MigrationInterface, QueryRunner } from 'typeorm';
import { refuseDown } from '../forward-only';

/** The byte layout is the one of docs/block-format.md, "Series body". The rows of the view have no details. */
const DECODE = `
  CREATE OR REPLACE FUNCTION decode_series_body(body bytea)
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
    field integer := 0; -- 0 agent, 1 count, 2 time, 3 token, 4 kind of a detail, 5 its values
    detail_values integer;
  BEGIN
    body := body || ''::bytea; -- a copy in memory: otherwise each get_byte would unpack a stored body again
    IF get_byte(body, 0) NOT IN (1, 2) THEN
      RAISE EXCEPTION 'series body of version %, this reads 1 and 2', get_byte(body, 0);
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
      ELSIF field = 3 AND value = 1023 THEN
        field := 4;
      ELSIF field = 4 THEN
        detail_values := CASE value WHEN 1 THEN 2 WHEN 2 THEN 5 WHEN 3 THEN 3 WHEN 4 THEN 2 END;
        IF detail_values IS NULL THEN
          RAISE EXCEPTION 'detail of kind %, this reads 1 to 4', value;
        END IF;
        field := 5;
      ELSIF field = 5 THEN
        detail_values := detail_values - 1;
        field := CASE WHEN detail_values = 0 THEN 3 ELSE 5 END;
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

/** Samples of confirming probes, which have the mark as a detail, can be read by SQL too. */
export class ProbingConfirming1790000123000 implements MigrationInterface {
  readonly down = refuseDown;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(DECODE);
  }
}
