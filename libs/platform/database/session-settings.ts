import settings from './session-settings.json';

/** Limits of one session, in ms; 0 disables a limit. */
export interface SessionLimits {
  statementTimeoutMs: number;
  idleInTransactionTimeoutMs: number;
}

/**
 * Returns one statement that sets all parameters on which our queries and parsers depend. ALTER DATABASE and ALTER ROLE … SET can give new
 * sessions other values (another date style, a limit that closes idle connections); values set in the session override them.
 */
export function sessionSettings({ statementTimeoutMs, idleInTransactionTimeoutMs }: SessionLimits): string {
  const all: [string, string][] = [
    ...Object.entries(settings),
    ['statement_timeout', String(statementTimeoutMs)],
    ['idle_in_transaction_session_timeout', String(idleInTransactionTimeoutMs)],
  ];
  // SET would quote a list as one name; set_config takes the value in the format of postgresql.conf.
  return `SELECT ${all.map(([name, value]) => `set_config('${name}', '${value}', false)`).join(', ')}`;
}
