import type { Role, SecondFactorView } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { SecondFactorPolicy } from './second-factor-policy';

/** Reads whether the caller has a second factor, and needs one. */
export class ReadSecondFactor extends Query<SecondFactorView> {
  constructor(readonly user: { userId: string; role: Role }) {
    super();
  }
}

interface Row {
  enabled_at: Date | null;
  codes: number;
  has_password: boolean;
}

@QueryHandler(ReadSecondFactor)
export class ReadSecondFactorHandler implements IQueryHandler<ReadSecondFactor> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly policy: SecondFactorPolicy,
  ) {}

  async execute({ user: { userId, role } }: ReadSecondFactor): Promise<SecondFactorView> {
    const [row] = await this.database.query<Row>(
      `SELECT f.enabled_at, u.password_hash IS NOT NULL AS has_password,
         (SELECT count(*) FROM recovery_code c WHERE c.user_id = u.id) AS codes
       FROM user_account u LEFT JOIN second_factor f ON f.user_id = u.id WHERE u.id = $1`,
      [userId],
    );
    const isPossible = row?.has_password === true;
    return {
      enabledAt: row?.enabled_at?.toISOString() ?? null,
      recoveryCodesLeft: row?.codes ?? 0,
      isRequired: isPossible && this.policy.isRequired(role),
      isPossible,
    };
  }
}
