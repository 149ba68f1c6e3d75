import type { SecondFactorEnrolment } from '@icmp-mon/identity/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type OwnUser, OwnPassword } from '../accounts/own-password';
import { SecondFactors } from './second-factors';

/** Begins the enrolment of the caller's second factor. */
export class BeginSecondFactor extends Command<SecondFactorEnrolment> {
  constructor(
    readonly user: OwnUser,
    readonly password: string,
    readonly addressGroup: string,
  ) {
    super();
  }
}

@CommandHandler(BeginSecondFactor)
export class BeginSecondFactorHandler implements ICommandHandler<BeginSecondFactor> {
  constructor(
    private readonly own: OwnPassword,
    private readonly factors: SecondFactors,
  ) {}

  /** @throws DomainError `invalid` for a wrong password; `conflict` if a second factor is enabled */
  async execute({ user, password, addressGroup }: BeginSecondFactor): Promise<SecondFactorEnrolment> {
    const { name } = await this.own.requirePassword(user, password, addressGroup, '#/password');
    return this.factors.beginEnrolment(user.userId, name);
  }
}
