import { max, maxLength, min, required, type SchemaPathTree, validate } from '@angular/forms/signals';
import { MAINTENANCE_LIMITS } from '@icmp-mon/maintenance/contract';
import { parseScope } from '@icmp-mon/targets/contract';
import { readDates, type WindowDraft } from './window-draft';

const { titleLength: TITLE_MAX, endDayOffset: DAYS_MAX } = MAINTENANCE_LIMITS;
/** Fields of texts for which the server has messages. */
const TEXTS = [
  ...(['title', 'scope', 'timeZone', 'date', 'startTime', 'endTime'] as const),
  ...(['ticket', 'reason', 'announcedAt', 'rule'] as const),
];

/** Returns whether messages of the server are shown at a field of the form. */
export const hasField = (messages: Readonly<Record<string, string>>): boolean =>
  [...TEXTS, 'endDayOffset'].some((name) => name in messages);

/** Checks the form of a window. `refused` returns the messages of the server by field, which the next attempt clears. */
export function checkWindow(path: SchemaPathTree<WindowDraft>, refused: () => Readonly<Record<string, string>>): void {
  const refusalOf = (name: string) => {
    const message = refused()[name];
    return message === undefined ? undefined : { kind: 'server', message };
  };
  for (const name of TEXTS) validate(path[name], () => refusalOf(name));
  validate(path.endDayOffset, () => refusalOf('endDayOffset'));
  required(path.title, { message: 'Enter a title.' });
  maxLength(path.title, TITLE_MAX, { message: `At most ${TITLE_MAX} characters.` });
  validate(path.scope, ({ value }) => {
    const text = value().trim();
    if (text === '') return { kind: 'scope', message: 'Enter which targets: site=fra, or ip IN 192.0.2.0/24.' };
    const parsed = parseScope(text);
    return parsed.ok ? undefined : { kind: 'scope', message: `This is not a filter: ${parsed.fault.detail}.` };
  });
  required(path.timeZone, { message: 'Enter a time zone, such as Europe/Berlin.' });
  required(path.date, { message: 'Enter a date.' });
  required(path.startTime, { message: 'Enter a time.' });
  required(path.endTime, { message: 'Enter a time.' });
  min(path.endDayOffset, 0, { message: 'At least 0.' });
  max(path.endDayOffset, DAYS_MAX, { message: `At most ${DAYS_MAX} days.` });
  validate(path.skipped, ({ value }) => {
    const read = readDates(value());
    return 'fault' in read
      ? { kind: 'dates', message: `"${read.fault}" is not a date such as 2027-03-28.` }
      : undefined;
  });
}
