import { createHash } from 'node:crypto';
import { ControlDatabase, isUniqueViolation, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';

const KEY = /^[\x21-\x7e]{1,255}$/;
const PRIMARY_KEY = 'idempotency_key_pkey';

/** A request that may be repeated: who sent it under which key, and a digest of what it asks. */
export interface IdempotentRequest {
  actor: string;
  key: string;
  requestSha256: string;
}

/** What was answered the first time. */
export interface KeptAnswer {
  status: number;
  body: unknown;
}

/** Parameter of a route: the checked `Idempotency-Key`, or null. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext) =>
  idempotencyKeyOf(context.switchToHttp().getRequest<Request>().headers['idempotency-key']),
);

/** @throws DomainError `invalid` for a key that is empty, longer than 255 or not plain ASCII */
export function idempotencyKeyOf(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && KEY.test(header)) return header;
  throw new DomainError('invalid', 'Idempotency-Key must be 1 to 255 printable ASCII characters without blanks.');
}

export function idempotentRequest(actor: string, key: string, operation: string, body: unknown): IdempotentRequest {
  const requestSha256 = createHash('sha256').update(operation).update('\n').update(canonicalJson(body)).digest('hex');
  return { actor, key, requestSha256 };
}

/** JSON with sorted members, so that two spellings of one body are one request. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** Answers under an Idempotency-Key, kept with the effect in one transaction. */
@Injectable()
export class IdempotentAnswers {
  constructor(private readonly database: ControlDatabase) {}

  /**
   * Does the work once a key. The work calls `keep` inside its own transaction; of two requests at once one commits and
   * the other gets the first one's answer.
   * @throws DomainError `conflict` when the key was used for another request
   */
  async once(
    request: IdempotentRequest,
    work: (keep: (sql: Sql, answer: KeptAnswer) => Promise<void>) => Promise<KeptAnswer>,
  ): Promise<KeptAnswer> {
    const kept = await this.find(request);
    if (kept !== null) return kept;
    try {
      return await work((sql, answer) => this.keep(sql, request, answer));
    } catch (error) {
      const first = await this.firstOf(request, error);
      if (first !== null) return first;
      throw error;
    }
  }

  /** A repeat that ran beside the first fails on the key or on the effect itself; the kept answer tells. */
  private async firstOf(request: IdempotentRequest, error: unknown): Promise<KeptAnswer | null> {
    const lostRace =
      isUniqueViolation(error, PRIMARY_KEY) || (error instanceof DomainError && error.code === 'conflict');
    return lostRace ? this.find(request) : null;
  }

  private async find(request: IdempotentRequest): Promise<KeptAnswer | null> {
    const [row] = await this.database.query<{ request_sha256: string; status: number; body: unknown }>(
      'SELECT request_sha256, status, body FROM idempotency_key WHERE actor = $1 AND key = $2',
      [request.actor, request.key],
    );
    if (row === undefined) return null;
    if (row.request_sha256 !== request.requestSha256) {
      throw new DomainError(
        'conflict',
        `The Idempotency-Key ${request.key} was used for another request. Take a new key.`,
      );
    }
    return { status: row.status, body: row.body };
  }

  private async keep(sql: Sql, request: IdempotentRequest, answer: KeptAnswer): Promise<void> {
    await sql.execute(
      'INSERT INTO idempotency_key (actor, key, request_sha256, status, body) VALUES ($1, $2, $3, $4, $5::jsonb)',
      [request.actor, request.key, request.requestSha256, answer.status, JSON.stringify(answer.body)],
    );
  }
}
