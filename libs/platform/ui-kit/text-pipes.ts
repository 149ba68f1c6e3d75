import { Pipe, type PipeTransform } from '@angular/core';
import { bytesText, countText, percentText, rateText, rttText } from './number-text';
import { ageText, clockText, dateTimeText, durationText, instantText } from './time-text';

/** Formats how long ago an instant was: `{{ agent.lastSeenAt | age: nowMs() }}`. */
@Pipe({ name: 'age' })
export class AgePipe implements PipeTransform {
  readonly transform = ageText;
}

/** Formats date, time and UTC offset. Impure, because the user can switch the time zone. */
@Pipe({ name: 'instant', pure: false })
export class InstantPipe implements PipeTransform {
  readonly transform = instantText;
}

/** Formats date and time in the chosen zone, where a heading names the zone. */
@Pipe({ name: 'dateTime', pure: false })
export class DateTimePipe implements PipeTransform {
  readonly transform = dateTimeText;
}

/** Formats the time of day in the chosen zone. */
@Pipe({ name: 'clockTime', pure: false })
export class ClockTimePipe implements PipeTransform {
  readonly transform = clockText;
}

/** Formats a duration in ms in the two largest units that apply. */
@Pipe({ name: 'duration' })
export class DurationPipe implements PipeTransform {
  readonly transform = durationText;
}

/** Formats a whole number with thousands separators. */
@Pipe({ name: 'count' })
export class CountPipe implements PipeTransform {
  readonly transform = countText;
}

/** Formats a rate. */
@Pipe({ name: 'rate' })
export class RatePipe implements PipeTransform {
  readonly transform = rateText;
}

/** Formats a ratio as a percentage. */
@Pipe({ name: 'share' })
export class SharePipe implements PipeTransform {
  readonly transform = percentText;
}

/** Formats bytes in binary units. */
@Pipe({ name: 'bytes' })
export class BytesPipe implements PipeTransform {
  readonly transform = bytesText;
}

/** Formats a round-trip time in microseconds as milliseconds. */
@Pipe({ name: 'rtt' })
export class RttPipe implements PipeTransform {
  readonly transform = rttText;
}
