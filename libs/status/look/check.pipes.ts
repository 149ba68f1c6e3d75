import { Pipe, type PipeTransform } from '@angular/core';
import { answerText, checkNameText, checkReasonText } from './check-text';

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
