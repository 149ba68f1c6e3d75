import { Pipe, type PipeTransform } from '@angular/core';
import { refusalText } from './refusal-text';

/** A refusal in one line, its fields by the names that people know. */
@Pipe({ name: 'refusal' })
export class RefusalPipe implements PipeTransform {
  readonly transform = refusalText;
}
