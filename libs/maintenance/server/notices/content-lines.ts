import { DomainError } from '@icmp-mon/platform/errors';

/** Limits of a calendar file. Each is far above real notices, and keeps reading one linear and short. */
export const CALENDAR_LIMITS = {
  /** Characters of a file. */
  length: 500_000,
  /** Lines after folded ones are joined. */
  lines: 20_000,
  /** Characters of a joined line: descriptions in HTML are some 10,000. */
  lineLength: 100_000,
  parameters: 20,
  /** Components within components: an alarm in an event in a calendar has 3. */
  nesting: 5,
} as const;

export interface CalendarProperty {
  /** In capitals. */
  name: string;
  /** By name in capitals; the first value of a parameter with several. */
  parameters: ReadonlyMap<string, string>;
  /** As written, with its escapes. */
  value: string;
}

/** A component of RFC 5545, such as VEVENT. */
export interface CalendarComponent {
  name: string;
  properties: CalendarProperty[];
  components: CalendarComponent[];
}

/** With the underscore, which the standard does not have, but some programs write. */
const NAME = /[A-Za-z0-9_-]{1,100}/y;
const PARAMETER = /;([A-Za-z0-9-]{1,100})=("[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*/y;
const ESCAPE = /\\([\\;,nN])/g;
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', N: '\n' };

/** Returns the text of a value: escapes are resolved. */
export const textOf = (value: string): string => value.replace(ESCAPE, (_, char: string) => ESCAPED[char] ?? char);

/**
 * Reads a calendar file into its components, in one pass without recursion: the time is linear in its length. Lines may end with CR LF, LF or
 * CR, and may be folded.
 * @throws DomainError `invalid` for what is not a calendar, with the number of the line; `too_large`
 */
export function readCalendar(text: string): CalendarComponent[] {
  if (text.length > CALENDAR_LIMITS.length) {
    const detail = `The calendar has ${text.length.toLocaleString('en')} characters; the limit is ${CALENDAR_LIMITS.length.toLocaleString('en')}. Split it.`;
    throw new DomainError('too_large', detail);
  }
  const root: CalendarComponent = { name: '', properties: [], components: [] };
  const open = [root];
  for (const { line, number } of joinedLines(text)) {
    const property = readLine(line, number);
    const inner = open[open.length - 1];
    if (property.name === 'BEGIN') {
      if (open.length > CALENDAR_LIMITS.nesting) throw refused(number, 'nests components too deeply');
      const component = { name: property.value.trim().toUpperCase(), properties: [], components: [] };
      inner.components.push(component);
      open.push(component);
    } else if (property.name === 'END') {
      const name = property.value.trim().toUpperCase();
      if (open.length === 1 || name !== inner.name) throw refused(number, `ends ${shown(name)}, which is not open`);
      open.pop();
    } else if (open.length === 1) {
      throw refused(number, 'is not in a calendar: a file begins with BEGIN:VCALENDAR');
    } else {
      inner.properties.push(property);
    }
  }
  const unended = open[open.length - 1];
  if (unended !== root) throw refused(null, `ends before END:${shown(unended.name)}: it is not complete`);
  const calendars = root.components.filter(({ name }) => name === 'VCALENDAR');
  if (calendars.length === 0) throw refused(null, 'has no VCALENDAR');
  return calendars;
}

/** Lines with their folded parts, and the number of the first part. Blank lines are left out. */
function* joinedLines(text: string): Generator<{ line: string; number: number }> {
  let parts: string[] = [];
  let length = 0;
  let first = 1;
  let count = 0;
  // A byte order mark does not belong to the first line.
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  for (const [at, line] of lines.entries()) {
    const isFolded = (line.startsWith(' ') || line.startsWith('\t')) && parts.length > 0;
    if (!isFolded && line.trim() === '') continue;
    if (!isFolded) {
      if (parts.length > 0) yield { line: parts.join(''), number: first };
      [parts, length, first] = [[], 0, at + 1];
      if (++count > CALENDAR_LIMITS.lines)
        throw refused(at + 1, `is beyond the limit of ${CALENDAR_LIMITS.lines} lines`);
    }
    const part = isFolded ? line.slice(1) : line;
    length += part.length;
    if (length > CALENDAR_LIMITS.lineLength) throw refused(first, 'is longer than 100,000 characters');
    parts.push(part);
  }
  if (parts.length > 0) yield { line: parts.join(''), number: first };
}

function readLine(line: string, number: number): CalendarProperty {
  NAME.lastIndex = 0;
  const name = NAME.exec(line)?.[0];
  if (name === undefined) throw refused(number, 'has no name of a property');
  const parameters = new Map<string, string>();
  let at = name.length;
  let count = 0;
  while (line[at] === ';') {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(line);
    if (match === null) throw refused(number, `has a parameter of ${shown(name)} that cannot be read`);
    if (++count > CALENDAR_LIMITS.parameters) throw refused(number, 'has more than 20 parameters');
    const value = match[2];
    parameters.set(match[1].toUpperCase(), value.startsWith('"') ? value.slice(1, -1) : value);
    at += match[0].length;
  }
  if (line[at] !== ':') throw refused(number, 'is not NAME:VALUE');
  return { name: name.toUpperCase(), parameters, value: line.slice(at + 1) };
}

const shown = (text: string): string => text.replace(/[^\w-]/g, '?').slice(0, 40);

/** `number` null: the whole file. */
function refused(number: number | null, what: string): DomainError {
  const detail = number === null ? `The file ${what}.` : `Line ${number} of the calendar ${what}.`;
  return new DomainError('invalid', detail, [{ pointer: '#/calendar', detail }]);
}
