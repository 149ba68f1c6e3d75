import type { CommandEvent, EndedAgents } from '@icmp-mon/commands/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { audited } from '@icmp-mon/platform/plugins';
import { counted } from '@icmp-mon/platform/text';
import { COMMAND } from './command';

const answered = ({ completed, failed, expired, cancelled }: EndedAgents): string =>
  [
    `${completed.length} completed`,
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(expired.length > 0 ? [`${expired.length} expired`] : []),
    ...(cancelled.length > 0 ? [`${cancelled.length} cancelled`] : []),
  ].join(', ');

/** How the audit describes the events of commands. */
export const COMMAND_AUDIT = audited<CommandEvent>({
  aggregate: COMMAND,
  kind: 'command',
  references: { target: 'target', agents: 'agent' },
  types: {
    CommandRequested: {
      did: ({ kind, ip, agentIds }) => `requested ${kind} of ${ip} from ${counted(agentIds.length, 'agent')}`,
      fields: ({ kind, ip, targetId, agentIds, count, timeoutMs, expiresAt, parameters }) => ({
        ...{ kind, ip, target: targetId, agents: agentIds.join(', '), count: String(count) },
        ...{ timeoutMs: String(timeoutMs), expiresAt, parameters: JSON.stringify(parameters) },
      }),
    },
    CommandDispatched: { did: () => 'recorded that the first agent received the command' },
    CommandCompleted: { did: (data) => `recorded the end of the command: ${answered(data)}` },
    CommandFailed: { did: (data) => `recorded that the command failed: ${answered(data)}` },
    CommandExpired: { did: (data) => `recorded that the command expired: ${answered(data)}` },
    CommandCancelled: { did: (data) => `cancelled the command: ${answered(data)}` },
  },
  nameEntities: async (sql: Sql, ids) => {
    const rows = await sql.query<{ id: string; name: string }>(
      `SELECT id::text AS id, kind || ' ' || host(ip) AS name FROM command WHERE id::text = ANY ($1::text[])`,
      [ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  },
});
