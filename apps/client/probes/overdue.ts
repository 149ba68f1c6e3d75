import type { CommandView } from '@icmp-mon/commands/contract';

/** Time after its expiry in which the server stores the end of a command, in ms, also if its worker was restarted. */
const END_WITHIN_MS = 60_000;

/**
 * Returns why to stop waiting for a command that should have ended; null while it may run. `waitedMs`: since it was requested, so that clocks
 * that differ have no effect.
 */
export function overdueText(
  { id, requestedAt, expiresAt, endedAt }: Pick<CommandView, 'id' | 'requestedAt' | 'expiresAt' | 'endedAt'>,
  waitedMs: number,
): string | null {
  const lifeMs = Date.parse(expiresAt) - Date.parse(requestedAt);
  if (endedAt !== null || !(waitedMs > lifeMs + END_WITHIN_MS)) return null;
  return (
    `The command ${id} has expired, but the server has not stored its end: its worker does not run. See Health, and later: ` +
    `icmpmon commands show ${id}`
  );
}
