import type { RejoinChallenge } from '@icmp-mon/agents/contract';
import { DatabaseClock } from '@icmp-mon/platform/database';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RejoinChallenges } from './rejoin-challenge';

/** Makes a nonce that an agent signs within one minute to rejoin with its key. */
export class MakeRejoinChallenge extends Command<RejoinChallenge> {}

@CommandHandler(MakeRejoinChallenge)
export class MakeRejoinChallengeHandler implements ICommandHandler<MakeRejoinChallenge> {
  constructor(
    private readonly challenges: RejoinChallenges,
    private readonly clock: DatabaseClock,
  ) {}

  execute(): Promise<RejoinChallenge> {
    return Promise.resolve({ nonce: this.challenges.makeChallenge(this.clock.nowMs()) });
  }
}
