import { placedText } from '@icmp-mon/assignment/contract';
import { Pipe, type PipeTransform } from '@angular/core';
import { detailText } from './detail-text';
import { windowText } from './history/timeline-tip';
import { isLoss, outcomeText, resultText } from './live-results';

/** Returns the text of an outcome. */
@Pipe({ name: 'outcome' })
export class OutcomePipe implements PipeTransform {
  readonly transform = outcomeText;
}

/** Returns the text of the outcome of a result, and whether it is judged. */
@Pipe({ name: 'result' })
export class ResultPipe implements PipeTransform {
  readonly transform = resultText;
}

/** Returns whether an outcome is a loss. */
@Pipe({ name: 'isLoss' })
export class LossPipe implements PipeTransform {
  readonly transform = isLoss;
}

/** Formats what a result has beyond its round trip. */
@Pipe({ name: 'detail' })
export class DetailPipe implements PipeTransform {
  readonly transform = detailText;
}

/** Formats the time of a window of the history. */
@Pipe({ name: 'window' })
export class WindowPipe implements PipeTransform {
  readonly transform = windowText;
}

/** Formats how far a target is placed. */
@Pipe({ name: 'placed' })
export class PlacedPipe implements PipeTransform {
  readonly transform = placedText;
}
