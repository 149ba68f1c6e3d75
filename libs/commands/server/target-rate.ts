import { COMMAND_LIMITS } from '@icmp-mon/commands/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { TooManyCommands } from './command-rate';

/** Probes of a request, to one address from all its agents. */
export interface RequestedProbes {
  ip: string;
  agents: number;
  /** Per agent. */
  count: number;
}

/** @throws DomainError `invalid` for a command that by itself exceeds what one address may get per minute */
export function requireFewProbes({ agents, count }: RequestedProbes): void {
  const max = COMMAND_LIMITS.probesPerAddressAndMinute;
  if (agents * count <= max) return;
  const most = Math.floor(max / agents);
  const detail =
    `${count} probes from each of ${agents} agents are ${agents * count}; all commands together send an address at most ${max} per ` +
    `minute. Request at most ${most} per agent, or fewer agents`;
  throw new DomainError('invalid', `${detail}.`, [{ pointer: '#/count', detail }]);
}

interface AddressRow {
  sent: number;
  /** Null if the request fits now. */
  wait_s: number | null;
}

/**
 * Makes sure that an address gets no more probes per minute than its limit, counting those of all callers and agents, also of commands that ended early.
 * The caller holds the lock of `requireRate`.
 * @throws TooManyCommands
 */
export async function requireTargetRate(sql: Sql, { ip, agents, count }: RequestedProbes): Promise<void> {
  const max = COMMAND_LIMITS.probesPerAddressAndMinute;
  // The request fits when all commands are a minute old with which, and with the newer ones, the sum is too large.
  const [row] = await sql.query<AddressRow>(
    `WITH recent AS (
       SELECT c.id, c.requested_at, c.count * (SELECT count(*) FROM command_agent a WHERE a.command_id = c.id) AS probes
       FROM command c WHERE c.ip = $1::inet AND c.requested_at > now() - interval '1 minute'
     ), summed AS (
       SELECT requested_at, probes, sum(probes) OVER (ORDER BY requested_at DESC, id DESC) AS with_newer FROM recent
     )
     SELECT coalesce(sum(probes), 0)::int AS sent,
       ceil(extract(epoch FROM max(requested_at) FILTER (WHERE with_newer + $2 > $3) + interval '1 minute' - now()))::int AS wait_s
     FROM summed`,
    [ip, agents * count, max],
  );
  const { sent, wait_s } = row;
  if (wait_s === null) return;
  const detail =
    `Commands of the last minute send ${ip} ${sent} probes, this one ${agents * count} more; the limit of an address is ${max} per ` +
    'minute. Request fewer probes or agents.';
  throw new TooManyCommands(detail, Math.max(1, wait_s));
}
