import { Pipe, type PipeTransform } from '@angular/core';
import { tagTexts } from './tag-text';

/** Tags as they are written in the filter. */
@Pipe({ name: 'tags' })
export class TagsPipe implements PipeTransform {
  readonly transform = tagTexts;
}
