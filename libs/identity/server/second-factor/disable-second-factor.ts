import type { Role, SecondFactorProof } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type OwnUser, OwnPassword } from '../accounts/own-password';
import { USER } from '../accounts/user';
import { requireMatch } from './own-code';
import { SecondFactorPolicy } from './second-factor-policy';
import { removeSecondFactor, SecondFactors } from './second-factors';

/** Disables the caller's second factor. */
export class DisableSecondFactor extends Command<void> {
  constructor(
    readonly user: OwnUser & { role: Role },
    readonly proof: SecondFactorProof,
    readonly addressGroup: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(DisableSecondFactor)
export class DisableSecondFactorHandler implements ICommandHandler<DisableSecondFactor> {
  constructor(
    private readonly own: OwnPassword,
    private readonly store: EventStore,
    private readonly factors: SecondFactors,
    private readonly policy: SecondFactorPolicy,
  ) {}

  /** @throws DomainError `invalid` for a wrong password or code; `conflict` if there is none, or the user's role requires one */
  async execute({ user, proof, addressGroup, metadata }: DisableSecondFactor): Promise<void> {
    const { userId, role } = user;
    if (this.policy.isRequired(role)) {
      throw new DomainError('conflict', `The role ${role} requires a second factor. An administrator can reset it.`);
    }
    await this.own.requirePassword(user, proof.password, addressGroup, '#/password');
    const match = requireMatch(await this.factors.matchCode(userId, proof.code));
    await this.store.execute(USER, userId, () => [{ type: 'SecondFactorDisabled', data: { userId } }], {
      metadata,
      within: async (sql) => {
        await this.factors.useWithin(sql, userId, match);
        await removeSecondFactor(sql, userId);
      },
    });
  }
}
