export { Clock } from './clock';
export { copyText } from './copy-text';
export { elapsedMs, type Moment, momentAgo, momentNow } from './elapsed';
export { fieldErrors } from './field-errors';
export { FormDialog } from './form-dialog';
export { Icon, type IconName } from './icon';
export { keepLast, type KeptRead, type ReadFailure, reloadEvery } from './kept-read';
export { Empty, Failure } from './notices';
export { mediaMatches } from './media-matches';
export { bytesText, countText, percentText, rateText, rttText } from './number-text';
export { PageLinks } from './page-links';
export { PageTrail } from './page-trail';
export { type Problem, problemText, readProblem } from './problem';
export { newRequestKey } from './request-key';
export { SentRequest } from './sent-request';
export { type Shortcut, Shortcuts } from './shortcuts';
export { SingleParameters } from './single-parameters';
export { shownZone, showZone, ZoneChoice, zonesText, zoneText } from './shown-zone';
export {
  AgePipe,
  BytesPipe,
  ClockTimePipe,
  CountPipe,
  DateTimePipe,
  DurationPipe,
  InstantPipe,
  RatePipe,
  RttPipe,
  SharePipe,
} from './text-pipes';
export { Theme } from './theme';
export { ageText, clockText, dateTimeText, durationText, instantText } from './time-text';
export { Toasts, ToastStack } from './toasts';
export { whenRendered } from './when-rendered';
export type { Confirmation } from './confirm-dialog';
export { ConfirmDialog } from './confirm-dialog';
