import { Pipe, type PipeTransform } from '@angular/core';
import { refusalText } from './refusal-text';

/** Shows a refused request as one line, with the display names of its fields. */
@Pipe({ name: 'refusal' })
export class RefusalPipe implements PipeTransform {
  readonly transform = refusalText;
}
