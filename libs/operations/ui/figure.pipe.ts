import { Pipe, type PipeTransform } from '@angular/core';
import { figureText, isNumber } from './figure-text';

/** Formats a figure by its unit. */
@Pipe({ name: 'figure' })
export class FigurePipe implements PipeTransform {
  readonly transform = figureText;
}

/** Returns whether figures of a unit are right-aligned. */
@Pipe({ name: 'isNumberUnit' })
export class NumberUnitPipe implements PipeTransform {
  readonly transform = isNumber;
}
