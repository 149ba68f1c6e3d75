import { Pipe, type PipeTransform } from '@angular/core';
import { windowText } from './history-chart';
import { isLoss, outcomeText } from './live-results';

/** An outcome in the operator's words. */
@Pipe({ name: 'outcome' })
export class OutcomePipe implements PipeTransform {
  readonly transform = outcomeText;
}

/** Whether an outcome says that the target did not answer. */
@Pipe({ name: 'isLoss' })
export class LossPipe implements PipeTransform {
  readonly transform = isLoss;
}

/** The span of a window of the history. */
@Pipe({ name: 'window' })
export class WindowPipe implements PipeTransform {
  readonly transform = windowText;
}
