import type { CreateEnrolmentTokenRequest, EnrolmentTokenCreated } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { AGENTS_API_OPTIONS, type AgentsApiOptions } from './agents-api-options';
import { readAuthority } from './certificate-authority';
import { makeToken, type NewToken } from './enrolment-token';
import { ENROLMENT_TOKEN } from './token-events';

const USES = 1;
const VALID_FOR_S = 3_600;

interface TokenTerms {
  region: string | null;
  agentName: string | null;
  uses: number;
  expiresAt: Date;
}

/** Makes a token that lets agents join; the secret is shown once and kept as a hash. */
@Injectable()
export class CreateEnrolmentToken {
  constructor(
    private readonly eventStore: EventStore,
    @Inject(AGENTS_API_OPTIONS) private readonly options: AgentsApiOptions,
  ) {}

  /** `createdBy` is shown in the list of tokens. @throws DomainError `unavailable`, `invalid` */
  async create(
    request: CreateEnrolmentTokenRequest,
    metadata: RequestMetadata,
    createdBy: string,
  ): Promise<EnrolmentTokenCreated> {
    const authority = await readAuthority(this.options.caDir);
    if (authority === null) {
      throw new DomainError(
        'unavailable',
        'The gateway has not made its certificate authority yet. Try again in a moment.',
      );
    }
    const token = makeToken();
    const terms = termsOf(request);
    const { id } = token;
    const { region, agentName, uses } = terms;
    const expiresAt = terms.expiresAt.toISOString();
    const made = { type: 'EnrolmentTokenMade' as const, data: { tokenId: id, region, agentName, uses, expiresAt } };
    await this.eventStore.execute(ENROLMENT_TOKEN, id, () => [made], {
      metadata,
      within: (sql) => keep(sql, token, terms, createdBy),
    });
    const { sha256: caSha256 } = authority;
    return { id, token: token.token, expiresAt, uses, agentName, region, caSha256, enrolUrl: this.options.enrolUrl };
  }
}

function termsOf({ region, agentName, uses = USES, validForS }: CreateEnrolmentTokenRequest): TokenTerms {
  if (agentName !== undefined && uses !== 1) {
    const detail = "is 1 for a token that names an agent: two machines would take each other's place";
    throw new DomainError('invalid', `"uses" ${detail}.`, [{ pointer: '#/uses', detail }]);
  }
  const expiresAt = new Date(Date.now() + (validForS ?? VALID_FOR_S) * 1_000);
  return { region: region ?? null, agentName: agentName ?? null, uses, expiresAt };
}

async function keep(sql: Sql, { id, secretHash }: NewToken, terms: TokenTerms, createdBy: string): Promise<void> {
  const { region, agentName, uses, expiresAt } = terms;
  await sql.execute(
    `INSERT INTO enrolment_token (id, secret_hash, region, agent_name, uses, uses_left, expires_at, created_by)
     VALUES ($1, $2, $3, $4, $5, $5, $6, $7)`,
    [id, secretHash, region, agentName, uses, expiresAt, createdBy],
  );
}
