import { ControlDatabase, isUniqueViolation, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import type { IdempotentRequest } from './idempotency';

const PRIMARY_KEY = 'idempotency_key_pkey';

/** The answer to the first request. */
export interface KeptAnswer {
  status: number;
  body: unknown;
}

/** Answers stored by Idempotency-Key, in the transaction of the command's effect. */
@Injectable()
export class IdempotentAnswers {
  constructor(private readonly database: ControlDatabase) {}

  /**
   * Does the work once per key. The work calls `keep` inside its own transaction. Of two concurrent requests one commits; the other
   * receives the answer of the first.
   * @throws DomainError `conflict` when the key was used for another request
   */
  async once(
    request: IdempotentRequest,
    work: (keep: (sql: Sql, answer: KeptAnswer) => Promise<void>) => Promise<KeptAnswer>,
  ): Promise<KeptAnswer> {
    const kept = await this.findAnswer(request);
    if (kept !== null) return kept;
    try {
      return await work((sql, answer) => this.storeAnswer(sql, request, answer));
    } catch (error) {
      const first = await this.firstOf(request, error);
      if (first !== null) return first;
      throw error;
    }
  }

  /** Returns the stored answer if `work` failed because the same request committed concurrently: it fails on the key or on the effect itself. */
  private async firstOf(request: IdempotentRequest, error: unknown): Promise<KeptAnswer | null> {
    const lostRace =
      isUniqueViolation(error, PRIMARY_KEY) || (error instanceof DomainError && error.code === 'conflict');
    return lostRace ? this.findAnswer(request) : null;
  }

  private async findAnswer(request: IdempotentRequest): Promise<KeptAnswer | null> {
    const [row] = await this.database.query<{ request_sha256: string; status: number; body: unknown }>(
      'SELECT request_sha256, status, body FROM idempotency_key WHERE actor = $1 AND key = $2',
      [request.actor, request.key],
    );
    if (row === undefined) return null;
    if (row.request_sha256 !== request.requestSha256) {
      throw new DomainError(
        'conflict',
        `The Idempotency-Key ${request.key} was already used for another request. Use a new key.`,
      );
    }
    return { status: row.status, body: row.body };
  }

  private async storeAnswer(sql: Sql, request: IdempotentRequest, answer: KeptAnswer): Promise<void> {
    await sql.execute(
      'INSERT INTO idempotency_key (actor, key, request_sha256, status, body) VALUES ($1, $2, $3, $4, $5::jsonb)',
      [request.actor, request.key, request.requestSha256, answer.status, JSON.stringify(answer.body)],
    );
  }
}
