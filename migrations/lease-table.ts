/** Who may do a job that only one may do; epoch only grows, backend_* name the connection that a successor has to end. */
export const LEASE_TABLE = `
  CREATE TABLE lease (
    name text PRIMARY KEY,
    epoch bigint NOT NULL CHECK (epoch > 0),
    holder text NOT NULL,
    expires_at timestamptz NOT NULL,
    backend_pid integer,
    backend_start timestamptz
  )`;
