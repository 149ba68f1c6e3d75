import { Pipe, type PipeTransform } from '@angular/core';
import { entityPage, fieldText, kindText } from './entry-text';

/** Shows a kind of entity in words. */
@Pipe({ name: 'kindText' })
export class KindTextPipe implements PipeTransform {
  readonly transform = kindText;
}

/** Shows the field of a change in words. */
@Pipe({ name: 'fieldText' })
export class FieldTextPipe implements PipeTransform {
  readonly transform = fieldText;
}

/** Returns the page of an entity as a router link; null if it has none. */
@Pipe({ name: 'entityPage' })
export class EntityPagePipe implements PipeTransform {
  readonly transform = entityPage;
}
