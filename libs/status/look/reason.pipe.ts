import { Pipe, type PipeTransform } from '@angular/core';
import { reasonText, shortReasonText } from './reason-text';

/** Why a status is what it is, as the end of a sentence. */
@Pipe({ name: 'reason' })
export class ReasonPipe implements PipeTransform {
  readonly transform = reasonText;
}

/** The same in two or three words; empty where the status says it all. */
@Pipe({ name: 'shortReason' })
export class ShortReasonPipe implements PipeTransform {
  readonly transform = shortReasonText;
}
