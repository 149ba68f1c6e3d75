import { CertificateAuthority, EnrolAgent, RejoinAgent } from '@icmp-mon/agents/server';
import { type DynamicModule, Module } from '@nestjs/common';
import { ENROLMENT_ANSWER, EnrolmentController, type EnrolmentAnswer } from './enrolment.controller';
import { RejoinController } from './rejoin.controller';

export interface EnrolmentListenerParts {
  authority: CertificateAuthority;
  enrolments: EnrolAgent;
  returns: RejoinAgent;
  answer: EnrolmentAnswer;
}

/** Routes for those who have no certificate yet. */
@Module({})
export class EnrolmentListenerModule {
  static with({ authority, enrolments, returns, answer }: EnrolmentListenerParts): DynamicModule {
    return {
      module: EnrolmentListenerModule,
      controllers: [EnrolmentController, RejoinController],
      providers: [
        { provide: CertificateAuthority, useValue: authority },
        { provide: EnrolAgent, useValue: enrolments },
        { provide: RejoinAgent, useValue: returns },
        { provide: ENROLMENT_ANSWER, useValue: answer },
      ],
    };
  }
}
