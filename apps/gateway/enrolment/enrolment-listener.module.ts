import { CertificateAuthority, EnrolAgent } from '@icmp-mon/agents/server';
import { type DynamicModule, Module } from '@nestjs/common';
import { ENROLMENT_ANSWER, EnrolmentController, type EnrolmentAnswer } from './enrolment.controller';

export interface EnrolmentListenerParts {
  authority: CertificateAuthority;
  enrolments: EnrolAgent;
  answer: EnrolmentAnswer;
}

/** Routes for those who have no certificate yet. */
@Module({})
export class EnrolmentListenerModule {
  static with({ authority, enrolments, answer }: EnrolmentListenerParts): DynamicModule {
    return {
      module: EnrolmentListenerModule,
      controllers: [EnrolmentController],
      providers: [
        { provide: CertificateAuthority, useValue: authority },
        { provide: EnrolAgent, useValue: enrolments },
        { provide: ENROLMENT_ANSWER, useValue: answer },
      ],
    };
  }
}
