import type { RecoveryCodes, SecondFactorProof } from '@icmp-mon/identity/contract';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type OwnUser, OwnPassword } from '../accounts/own-password';
import { USER } from '../accounts/user';
import { requireMatch } from './own-code';
import { newRecoveryCodes } from './recovery-codes';
import { replaceRecoveryCodes, SecondFactors } from './second-factors';

/** Replaces the caller's recovery codes. Returns the new ones. */
export class RenewRecoveryCodes extends Command<RecoveryCodes> {
  constructor(
    readonly user: OwnUser,
    readonly proof: SecondFactorProof,
    readonly addressGroup: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(RenewRecoveryCodes)
export class RenewRecoveryCodesHandler implements ICommandHandler<RenewRecoveryCodes> {
  constructor(
    private readonly own: OwnPassword,
    private readonly store: EventStore,
    private readonly factors: SecondFactors,
  ) {}

  /** @throws DomainError `invalid` for a wrong password or code; `conflict` if there is no second factor */
  async execute({ user, proof, addressGroup, metadata }: RenewRecoveryCodes): Promise<RecoveryCodes> {
    const { userId } = user;
    await this.own.requirePassword(user, proof.password, addressGroup, '#/password');
    const match = requireMatch(await this.factors.matchCode(userId, proof.code));
    const recoveryCodes = newRecoveryCodes();
    await this.store.execute(USER, userId, () => [{ type: 'RecoveryCodesRenewed', data: { userId } }], {
      metadata,
      within: async (sql) => {
        await this.factors.useWithin(sql, userId, match);
        await replaceRecoveryCodes(sql, userId, recoveryCodes);
      },
    });
    return { recoveryCodes };
  }
}
