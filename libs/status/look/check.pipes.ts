import { Pipe, type PipeTransform } from '@angular/core';
import { answerText, checkNameText, checkReasonText, evidenceAgentsText, evidenceTotalsText } from './check-text';

/** Formats the reason for the status of a check. */
@Pipe({ name: 'checkReason' })
export class CheckReasonPipe implements PipeTransform {
  readonly transform = checkReasonText;
}

/** Formats type and port of a check. */
@Pipe({ name: 'checkName' })
export class CheckNamePipe implements PipeTransform {
  readonly transform = checkNameText;
}

/** Formats an answer that a check does not expect. */
@Pipe({ name: 'answer' })
export class AnswerPipe implements PipeTransform {
  readonly transform = answerText;
}

/** Formats the probes and proofs of an entry of the evidence log, by agent. */
@Pipe({ name: 'evidenceAgents' })
export class EvidenceAgentsPipe implements PipeTransform {
  readonly transform = evidenceAgentsText;
}

/** Formats the probes and proofs of the open entry of the evidence log. */
@Pipe({ name: 'evidenceTotals' })
export class EvidenceTotalsPipe implements PipeTransform {
  readonly transform = evidenceTotalsText;
}
