import { Pipe, type PipeTransform } from '@angular/core';
import { bytesText, countText, percentText, rateText, rttText } from './number-text';
import { ageText, clockText, dateTimeText, durationText, instantText } from './time-text';

/** `{{ agent.lastSeenAt | age: nowMs() }}`: how long ago. */
@Pipe({ name: 'age' })
export class AgePipe implements PipeTransform {
  readonly transform = ageText;
}

/** Date, time and zone. Impure: the zone is a choice of the reader. */
@Pipe({ name: 'instant', pure: false })
export class InstantPipe implements PipeTransform {
  readonly transform = instantText;
}

/** Date and time in the zone that is shown, where a heading names it. */
@Pipe({ name: 'dateTime', pure: false })
export class DateTimePipe implements PipeTransform {
  readonly transform = dateTimeText;
}

/** Time of day in the zone that is shown. */
@Pipe({ name: 'clockTime', pure: false })
export class ClockTimePipe implements PipeTransform {
  readonly transform = clockText;
}

/** A duration in ms, as an operator says it. */
@Pipe({ name: 'duration' })
export class DurationPipe implements PipeTransform {
  readonly transform = durationText;
}

/** A whole number with its thousands apart. */
@Pipe({ name: 'count' })
export class CountPipe implements PipeTransform {
  readonly transform = countText;
}

/** A rate or share with as many digits as help. */
@Pipe({ name: 'rate' })
export class RatePipe implements PipeTransform {
  readonly transform = rateText;
}

/** A ratio as percent. */
@Pipe({ name: 'share' })
export class SharePipe implements PipeTransform {
  readonly transform = percentText;
}

/** Bytes in binary units. */
@Pipe({ name: 'bytes' })
export class BytesPipe implements PipeTransform {
  readonly transform = bytesText;
}

/** A round trip in microseconds, as milliseconds. */
@Pipe({ name: 'rtt' })
export class RttPipe implements PipeTransform {
  readonly transform = rttText;
}
