import { Pipe, type PipeTransform } from '@angular/core';
import { tagTexts } from './tag-text';

/** Formats tags as in the filter. */
@Pipe({ name: 'tags' })
export class TagsPipe implements PipeTransform {
  readonly transform = tagTexts;
}
