import { Pipe, type PipeTransform } from '@angular/core';
import { figureText, isNumber } from './figure-text';

/** A figure as people read it, by its unit. */
@Pipe({ name: 'figure' })
export class FigurePipe implements PipeTransform {
  readonly transform = figureText;
}

/** Whether figures of a unit are set at the right of their column. */
@Pipe({ name: 'isNumberUnit' })
export class NumberUnitPipe implements PipeTransform {
  readonly transform = isNumber;
}
