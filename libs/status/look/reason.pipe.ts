import { Pipe, type PipeTransform } from '@angular/core';
import { reasonText, shortReasonText } from './reason-text';

/** Shows the reason for a status, as the end of a sentence. */
@Pipe({ name: 'reason' })
export class ReasonPipe implements PipeTransform {
  readonly transform = reasonText;
}

/** Shows the reason in two or three words; empty if the status is sufficient. */
@Pipe({ name: 'shortReason' })
export class ShortReasonPipe implements PipeTransform {
  readonly transform = shortReasonText;
}
