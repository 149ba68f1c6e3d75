import type { CreateEnrolmentTokenRequest, EnrolmentTokenCreated } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Inject, Injectable } from '@nestjs/common';
import { AGENTS_API_OPTIONS, type AgentsApiOptions } from './agents-api-options';
import { readAuthority } from './certificate-authority';
import { makeToken } from './enrolment-token';

const USES = 1;
const VALID_FOR_S = 3_600;

/** Makes a token that lets agents join; the secret is shown once and kept as a hash. */
@Injectable()
export class CreateEnrolmentToken {
  constructor(
    private readonly database: ControlDatabase,
    @Inject(AGENTS_API_OPTIONS) private readonly options: AgentsApiOptions,
  ) {}

  async create(request: CreateEnrolmentTokenRequest): Promise<EnrolmentTokenCreated> {
    const authority = await readAuthority(this.options.caDir);
    if (authority === null) {
      throw new DomainError(
        'unavailable',
        'The gateway has not made its certificate authority yet. Try again in a moment.',
      );
    }
    const { id, token, secretHash } = makeToken();
    const uses = request.uses ?? USES;
    const [{ expires_at: expiresAt }] = await this.database.query<{ expires_at: Date }>(
      `INSERT INTO enrolment_token (id, secret_hash, region, uses_left, expires_at)
       VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5)) RETURNING expires_at`,
      [id, secretHash, request.region ?? null, uses, request.validForS ?? VALID_FOR_S],
    );
    const { sha256: caSha256 } = authority;
    return { id, token, expiresAt: expiresAt.toISOString(), uses, caSha256, enrolUrl: this.options.enrolUrl };
  }
}
