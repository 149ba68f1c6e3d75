import type { CreateEnrolmentTokenRequest, EnrolmentTokenCreated, TokenBounds } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AGENTS_API_OPTIONS, type AgentsApiOptions } from './agents-api-options';
import { readAuthority } from './stored-authority';
import { makeToken, type NewToken } from './enrolment-token';
import { ENROLMENT_TOKEN, issueToken } from './token-events';

const USES = 1;
const VALID_FOR_S = 3_600;
const NO_AUTHORITY = 'The gateway has not created its certificate authority yet. Retry in a few seconds.';

interface TokenTerms {
  bounds: Required<TokenBounds>;
  uses: number;
  expiresAt: Date;
}

/** Creates a token with which agents can enrol. Its secret is returned once and stored as a hash. The token list shows `createdBy`. */
export class CreateEnrolmentToken extends Command<EnrolmentTokenCreated> {
  constructor(
    readonly request: CreateEnrolmentTokenRequest,
    readonly metadata: RequestMetadata,
    readonly createdBy: string,
  ) {
    super();
  }
}

@CommandHandler(CreateEnrolmentToken)
export class CreateEnrolmentTokenHandler implements ICommandHandler<CreateEnrolmentToken> {
  constructor(
    private readonly eventStore: EventStore,
    @Inject(AGENTS_API_OPTIONS) private readonly options: AgentsApiOptions,
  ) {}

  /** @throws DomainError `unavailable`, `invalid` */
  async execute({ request, metadata, createdBy }: CreateEnrolmentToken): Promise<EnrolmentTokenCreated> {
    const authority = await readAuthority(this.options.caDir);
    if (authority === null) throw new DomainError('unavailable', NO_AUTHORITY);
    const token = makeToken();
    const { id } = token;
    const terms = termsOf(request, Date.now());
    const { bounds, uses } = terms;
    const expiresAt = terms.expiresAt.toISOString();
    const made = { tokenId: id, ...bounds, uses, expiresAt };
    await this.eventStore.execute(ENROLMENT_TOKEN, id, (record) => issueToken(record, made), {
      metadata,
      within: (sql) => keep(sql, token, terms, createdBy),
    });
    const { sha256: caSha256 } = authority;
    return { id, token: token.token, expiresAt, uses, ...bounds, caSha256, enrolUrl: this.options.enrolUrl };
  }
}

function termsOf(request: CreateEnrolmentTokenRequest, nowMs: number): TokenTerms {
  const { agentName = null, uses = USES, validForS = VALID_FOR_S } = request;
  if (agentName !== null && uses !== 1) {
    const detail = 'must be 1 for a token that names an agent: two machines would replace each other';
    throw new DomainError('invalid', `"uses" ${detail}.`, [{ pointer: '#/uses', detail }]);
  }
  const expiresAt = new Date(nowMs + validForS * 1_000);
  const { region = null, provider = null, tags = {}, capacityPps = null } = request;
  return { bounds: { region, agentName, provider, tags, capacityPps }, uses, expiresAt };
}

async function keep(sql: Sql, { id, secretHash }: NewToken, terms: TokenTerms, createdBy: string): Promise<void> {
  const { bounds, uses, expiresAt } = terms;
  const { region, agentName, provider, tags, capacityPps } = bounds;
  await sql.execute(
    `INSERT INTO enrolment_token
       (id, secret_hash, region, agent_name, uses, uses_left, expires_at, created_by, provider, tags, capacity_pps)
     VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9::jsonb, $10)`,
    [id, secretHash, region, agentName, uses, expiresAt, createdBy, provider, JSON.stringify(tags), capacityPps],
  );
}
