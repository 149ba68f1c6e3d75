import type { ServiceAgent } from '@icmp-mon/agents/contract';
import {
  COMMAND_LIMITS,
  type CommandRequested,
  defaultCount,
  leastExpiryS,
  type RequestCommandRequest,
  TRACE_TIMEOUT_MS,
  UNUSED_PARAMETERS,
} from '@icmp-mon/commands/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import type { TargetReference } from '@icmp-mon/targets/contract';
import { type CheckParameters, readCheckParameters } from '@icmp-mon/tiers/contract';

/** Returns the parameters of the probes. @throws DomainError `invalid` with a pointer for each fault */
export function requireParameters({ kind, parameters = {} }: RequestCommandRequest): CheckParameters {
  if (kind === 'mtr') return noParameters(parameters);
  const read = readCheckParameters(kind, parameters, '#/parameters', UNUSED_PARAMETERS);
  if (read.parameters !== undefined) return read.parameters;
  throw invalidParameters(read.faults);
}

/** mtr is not a type of check, and has no parameters. */
function noParameters(parameters: CheckParameters): CheckParameters {
  const detail = 'is not a field: mtr has no parameters';
  const faults = Object.keys(parameters).map((name) => ({ pointer: `#/parameters/${name}`, detail }));
  if (faults.length > 0) throw invalidParameters(faults);
  return {};
}

function invalidParameters(faults: readonly { pointer: string; detail: string }[]): DomainError {
  const { pointer, detail } = faults[0] ?? { pointer: '#/parameters', detail: 'is not valid' };
  return new DomainError('invalid', `The parameters are not valid: ${pointer} ${detail}. See errors.`, [...faults]);
}

type Timing = Required<Pick<RequestCommandRequest, 'count' | 'timeoutMs' | 'expiresInS'>>;

/** Returns the numbers of a request, with defaults. @throws DomainError `invalid` if it expires before its probes can end */
export function requireTiming({ kind, count, timeoutMs, expiresInS }: RequestCommandRequest): Timing {
  if (kind === 'mtr' && timeoutMs !== undefined && timeoutMs !== TRACE_TIMEOUT_MS) {
    const detail = `timeoutMs must be ${TRACE_TIMEOUT_MS} for mtr, or be left out: mtr waits that long for each answer`;
    throw new DomainError('invalid', `${detail}.`, [{ pointer: '#/timeoutMs', detail }]);
  }
  const timing = {
    count: count ?? defaultCount(kind),
    timeoutMs: timeoutMs ?? (kind === 'mtr' ? TRACE_TIMEOUT_MS : COMMAND_LIMITS.timeoutMs.default),
    expiresInS: expiresInS ?? COMMAND_LIMITS.expiresInS.default,
  };
  const leastS = leastExpiryS(kind, timing.count, timing.timeoutMs);
  if (timing.expiresInS >= leastS) return timing;
  const probes = kind === 'mtr' ? 'rounds' : 'probes';
  const detail = `expiresInS must be at least ${leastS} for ${timing.count} ${probes} with a timeout of ${timing.timeoutMs} ms: an agent could not finish them`;
  throw new DomainError('invalid', `${detail}.`, [{ pointer: '#/expiresInS', detail }]);
}

/** Values of a new command; `expiresAt` is set by the database's clock. */
type NewCommand = Omit<CommandRequested['data'], 'expiresAt'> & { target: TargetReference; expiresInS: number };

/** Stores a command with its agents. Returns when it expires, by the database's clock. */
export async function insertCommand(
  sql: Sql,
  { commandId, kind, target, parameters, count, timeoutMs, expiresInS }: NewCommand,
  agents: readonly ServiceAgent[],
  metadata: RequestMetadata,
): Promise<Date> {
  const [{ expires_at }] = await sql.query<{ expires_at: Date }>(
    `INSERT INTO command (id, kind, target_id, target_key, ip, vrf, parameters, count, timeout_ms, requested_by, correlation_id, state,
       expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'requested', now() + $12 * interval '1 second') RETURNING expires_at`,
    [
      ...[commandId, kind, target.id, target.key, target.ip, target.vrf, JSON.stringify(parameters), count, timeoutMs],
      ...[metadata.actor, metadata.correlationId, expiresInS],
    ],
  );
  await sql.execute(
    `INSERT INTO command_agent (command_id, agent_id, name, region, provider, connection, last_seen_at)
     SELECT $1, a.id, a.name, a.region, a.provider, a.connection, a."lastSeenAt"
     FROM jsonb_to_recordset($2::jsonb)
       AS a (id uuid, name text, region text, provider text, connection text, "lastSeenAt" timestamptz)`,
    [commandId, JSON.stringify(agents)],
  );
  return expires_at;
}
