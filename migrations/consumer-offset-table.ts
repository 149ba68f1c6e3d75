/** Position of each consumer group, written in the same transaction as the effect, so that both are stored or neither. */
export const CONSUMER_OFFSET_TABLE = `
  CREATE TABLE consumer_offset (
    group_id text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    relay_position bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (group_id, topic, partition)
  )`;
