/** Leases of jobs that only one process may run. The epoch only grows; backend_* identify the connection that a successor must end. */
export const LEASE_TABLE = `
  CREATE TABLE lease (
    name text PRIMARY KEY,
    epoch bigint NOT NULL CHECK (epoch > 0),
    holder text NOT NULL,
    expires_at timestamptz NOT NULL,
    backend_pid integer,
    backend_start timestamptz
  )`;
