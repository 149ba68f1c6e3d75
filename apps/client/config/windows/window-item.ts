import type { WindowDefinition } from '@icmp-mon/maintenance/contract';
import { didYouMean } from '@icmp-mon/platform/text';
import { isObject } from '../../input';
import type { ItemFault } from '../fault';

type Member = Exclude<keyof WindowDefinition, 'name'>;

/** Members of a window in a file, with the type of their value; null removes a value where that is possible. */
const MEMBERS: Readonly<Record<Member, 'text' | 'number' | 'text or null'>> = {
  title: 'text',
  reason: 'text or null',
  ticket: 'text or null',
  scope: 'text',
  slaClass: 'text',
  timeZone: 'text',
  date: 'text',
  startTime: 'text',
  endTime: 'text',
  endDayOffset: 'number',
  rrule: 'text or null',
  announcedAt: 'text or null',
};

/** Members that a new window must have. */
export const REQUIRED: readonly Member[] = ['title', 'scope', 'timeZone', 'date', 'startTime', 'endTime'];

/** A window of a file: its name, and the members that the file states. */
export interface WindowItem {
  name: string;
  stated: Partial<Omit<WindowDefinition, 'name'>>;
}

/** Parses a window; the server checks dates, zones and rules. */
export function readWindowItem(value: unknown): { item: WindowItem } | { faults: ItemFault[] } {
  if (!isObject(value)) return { faults: [{ path: [], text: 'A window must be an object: - name: …' }] };
  const { name, ...stated } = value;
  if (typeof name !== 'string' || name.trim() === '')
    return { faults: [{ path: ['name'], text: 'name is required: a text. Numbers and true need quotes.' }] };
  const faults = Object.entries(stated).flatMap(([member, given]) => memberFaults(member, given));
  return faults.length > 0 ? { faults } : { item: { name, stated: stated as WindowItem['stated'] } };
}

function memberFaults(member: string, given: unknown): ItemFault[] {
  if (!Object.hasOwn(MEMBERS, member)) {
    const names = ['name', ...Object.keys(MEMBERS)];
    const text = `${member} is not a member of a window${didYouMean(member, names)} Members: ${names.join(', ')}.`;
    return [{ path: [member], text }];
  }
  const type = MEMBERS[member as Member];
  if (type === 'number') {
    return Number.isInteger(given) ? [] : [{ path: [member], text: `${member} must be a whole number.` }];
  }
  if (typeof given === 'string' || (given === null && type === 'text or null')) return [];
  const or = type === 'text or null' ? ', or null' : '';
  return [{ path: [member], text: `${member} must be a text${or}. Numbers and true need quotes.` }];
}
