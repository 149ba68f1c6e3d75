import { COMMAND_LIMITS } from '@icmp-mon/commands/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';

/** Requests of a process that wait for their turn. */
const WAITING_MAX = 100;
/** Those of one caller: more than it may request per minute, and few enough that others have a turn. */
const WAITING_OF_CALLER_MAX = 40;

/** A command that was refused because of a limit; `retryAfterS` becomes the header Retry-After. */
export class TooManyCommands extends DomainError {
  constructor(
    detail: string,
    readonly retryAfterS: number,
  ) {
    super('too_many_requests', `${detail} Try again in ${retryAfterS} s.`);
  }
}

/** Lets requests of a process wait here, instead of holding one connection per request that waits for the lock of `requireRate`. */
export class RequestTurns {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private readonly waitingOf = new Map<string, number>();

  /** Runs `work` after the work of earlier calls. @throws TooManyCommands */
  async runInTurn<T>(actor: string, work: () => Promise<T>): Promise<T> {
    const waitingOfCaller = this.waitingOf.get(actor) ?? 0;
    if (waitingOfCaller >= WAITING_OF_CALLER_MAX) throw new TooManyCommands('Too many of your requests wait.', 1);
    if (this.waiting >= WAITING_MAX) throw new TooManyCommands('Too many requests for commands wait.', 1);
    const before = this.last;
    const mine = Promise.withResolvers<void>();
    this.last = mine.promise;
    this.waiting++;
    this.waitingOf.set(actor, waitingOfCaller + 1);
    await before;
    try {
      return await work();
    } finally {
      this.waiting--;
      this.countDone(actor);
      mine.resolve();
    }
  }

  private countDone(actor: string): void {
    const left = (this.waitingOf.get(actor) ?? 1) - 1;
    if (left === 0) this.waitingOf.delete(actor);
    else this.waitingOf.set(actor, left);
  }
}

interface CallerRow {
  count: number;
  wait_s: number;
}

interface AgentRow {
  name: string;
  open: number;
  recent: number;
  wait_s: number;
}

/**
 * Makes sure that the caller, and each of the agents, may get one more command. Holds a lock until the transaction ends, so that simultaneous
 * requests count each other.
 * @throws TooManyCommands
 */
export async function requireRate(sql: Sql, actor: string, agentIds: readonly string[]): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ['command']);
  const { perCallerAndMinute, perAgentAndMinute, openPerAgent } = COMMAND_LIMITS;
  const [caller] = await sql.query<CallerRow>(
    `SELECT count(*)::int AS count, ceil(extract(epoch FROM min(requested_at) + interval '1 minute' - now()))::int AS wait_s
     FROM command WHERE requested_by = $1 AND requested_at > now() - interval '1 minute'`,
    [actor],
  );
  if (caller.count >= perCallerAndMinute) {
    throw new TooManyCommands(
      `You have requested ${caller.count} commands within a minute, the limit of a user or API key.`,
      Math.max(1, caller.wait_s),
    );
  }
  const [agent] = await sql.query<AgentRow>(
    `SELECT max(name) AS name, count(*) FILTER (WHERE state IN ('waiting', 'running'))::int AS open,
       count(*) FILTER (WHERE requested_at > now() - interval '1 minute')::int AS recent,
       ceil(extract(epoch FROM min(requested_at) FILTER (WHERE requested_at > now() - interval '1 minute')
         + interval '1 minute' - now()))::int AS wait_s
     FROM command_agent
     WHERE agent_id = ANY ($1::uuid[]) AND (state IN ('waiting', 'running') OR requested_at > now() - interval '1 minute')
     GROUP BY agent_id
     HAVING count(*) FILTER (WHERE state IN ('waiting', 'running')) >= $2
       OR count(*) FILTER (WHERE requested_at > now() - interval '1 minute') >= $3
     ORDER BY name LIMIT 1`,
    [agentIds, openPerAgent, perAgentAndMinute],
  );
  if (agent === undefined) return;
  const detail =
    agent.open >= openPerAgent
      ? `The agent ${agent.name} has ${agent.open} unfinished commands, its limit.`
      : `The agent ${agent.name} got ${agent.recent} commands within a minute, its limit.`;
  throw new TooManyCommands(detail, Math.max(1, agent.wait_s ?? 5));
}
