import { COMMAND_RESULTS_TOPIC, type CommandResult } from '@icmp-mon/commands/contract';
import type { ControlDatabase } from '@icmp-mon/platform/database';
import type { Messaging } from '@icmp-mon/platform/messaging';

/** Time for reports that are on their way when a command expires, in seconds. */
export const GRACE_S = 3;
/** An expiry that was not applied by then is published again. */
const AGAIN_S = 15;
const COMMANDS_PER_RUN_MAX = 500;

/**
 * Publishes the expiry of commands behind the reports that have arrived. An expiry may be published more than once; its first one takes effect.
 * Returns their number.
 */
export async function expireCommands(
  control: ControlDatabase,
  messaging: Pick<Messaging, 'sendMessages'>,
): Promise<number> {
  const due = await control.query<{ id: string }>(
    `UPDATE command SET expiry_sent_at = now()
     WHERE id IN (
       SELECT id FROM command
       WHERE state IN ('requested', 'running') AND expires_at < now() - interval '${GRACE_S} seconds'
         AND (expiry_sent_at IS NULL OR expiry_sent_at < now() - interval '${AGAIN_S} seconds')
       ORDER BY expires_at LIMIT ${COMMANDS_PER_RUN_MAX} FOR UPDATE SKIP LOCKED)
     RETURNING id`,
  );
  if (due.length === 0) return 0;
  await messaging.sendMessages(
    COMMAND_RESULTS_TOPIC,
    due.map(({ id }) => {
      const expiry: CommandResult = { kind: 'expiry', commandId: id };
      return { key: id, value: Buffer.from(JSON.stringify(expiry)) };
    }),
  );
  return due.length;
}
