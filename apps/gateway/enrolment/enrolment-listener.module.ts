import {
  CertificateAuthority,
  EnrolAgentHandler,
  MakeRejoinChallengeHandler,
  RejoinAgentHandler,
  RejoinChallenges,
} from '@icmp-mon/agents/server';
import { ControlDatabase, DatabaseClock } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ENROLMENT_TERMS, EnrolmentController, type EnrolmentTerms } from './enrolment.controller';
import { RejoinController } from './rejoin.controller';

export interface EnrolmentListenerParts {
  database: ControlDatabase;
  clock: DatabaseClock;
  authority: CertificateAuthority;
  challenges: RejoinChallenges;
  answer: EnrolmentTerms;
}

/** Routes for agents without a valid certificate. The parts are shared with the rest of the process, so they are passed in. */
@Module({})
export class EnrolmentListenerModule {
  static with({ database, clock, authority, challenges, answer }: EnrolmentListenerParts): DynamicModule {
    return {
      module: EnrolmentListenerModule,
      imports: [CqrsModule.forRoot()],
      controllers: [EnrolmentController, RejoinController],
      providers: [
        { provide: ControlDatabase, useValue: database },
        { provide: DatabaseClock, useValue: clock },
        { provide: CertificateAuthority, useValue: authority },
        { provide: RejoinChallenges, useValue: challenges },
        { provide: ENROLMENT_TERMS, useValue: answer },
        EventStore,
        EnrolAgentHandler,
        MakeRejoinChallengeHandler,
        RejoinAgentHandler,
      ],
    };
  }
}
