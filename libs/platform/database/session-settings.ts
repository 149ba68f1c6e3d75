import settings from './session-settings.json';

/** Limits of one session in ms; 0 switches a limit off. */
export interface SessionLimits {
  statementTimeoutMs: number;
  idleInTransactionTimeoutMs: number;
}

/**
 * One statement list that sets everything on which our queries and parsers depend. ALTER DATABASE and ALTER ROLE … SET can give a new
 * session other values (dates as day, month, year; a limit that ends idle connections); what is set in the session itself outranks them.
 */
export function sessionSettings({ statementTimeoutMs, idleInTransactionTimeoutMs }: SessionLimits): string {
  const all: [string, string][] = [
    ...Object.entries(settings),
    ['statement_timeout', String(statementTimeoutMs)],
    ['idle_in_transaction_session_timeout', String(idleInTransactionTimeoutMs)],
  ];
  // SET quotes a list as one name: set_config takes the value as it would stand in postgresql.conf.
  return `SELECT ${all.map(([name, value]) => `set_config('${name}', '${value}', false)`).join(', ')}`;
}
