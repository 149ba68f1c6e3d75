import type { SecondFactorEnrolment } from '@icmp-mon/identity/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { LoginChallenges } from '../sessions/login-challenges';
import { SecondFactors } from './second-factors';

/** Begins the enrolment of a second factor that a login requires. */
export class BeginLoginEnrolment extends Command<SecondFactorEnrolment> {
  constructor(readonly challenge: string) {
    super();
  }
}

@CommandHandler(BeginLoginEnrolment)
export class BeginLoginEnrolmentHandler implements ICommandHandler<BeginLoginEnrolment> {
  constructor(
    private readonly challenges: LoginChallenges,
    private readonly factors: SecondFactors,
  ) {}

  /** @throws DomainError `invalid` for a challenge that is not valid; `conflict` if a second factor is enabled */
  async execute({ challenge }: BeginLoginEnrolment): Promise<SecondFactorEnrolment> {
    const { userId, name } = await this.challenges.readChallenge(challenge, 'enrolment');
    return this.factors.beginEnrolment(userId, name);
  }
}
