import { STATUSES } from '@icmp-mon/status/contract';
import { nearestName } from '@icmp-mon/platform/text';
import { FILTER_FIELDS, type FilterSubject, isOptional, onlyValuesOf, PLACEMENTS, tagKeyOf } from './target-filter';
import type { Token } from './tokens';

/** The kinds of text that the grammar allows at one place; completion offers them. */
export type Wanted =
  | { kind: 'term' }
  | { kind: 'operator'; subject: FilterSubject }
  | { kind: 'value' | 'listValue' | 'pattern'; subject: FilterSubject }
  | { kind: 'listStart'; subject: FilterSubject }
  | { kind: 'listEnd'; subject: FilterSubject }
  | { kind: 'connector'; inParentheses: boolean };

/** The first fault of a filter. */
export interface FilterFault {
  /** Start of the faulty text, counted in UTF-16 units from 0. */
  offset: number;
  /** Length of the faulty text; 0 at the end of the filter. */
  length: number;
  /** The faulty text as shown, or `the end of the filter`. */
  found: string;
  expected: string;
  /** The text that was probably meant. */
  suggestion: string | null;
  /** All of it in one sentence. */
  detail: string;
}

/** Fault with the grammar's alternatives at its place. */
export class FaultFound extends Error {
  override readonly name = 'FaultFound';

  constructor(
    readonly fault: FilterFault,
    readonly wanted: Wanted | null,
    /** Whether the filter ended where more was expected. */
    readonly atEnd: boolean,
  ) {
    super(fault.detail);
  }
}

const SHOWN_MAX = 60;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const shown = (text: string): string => {
  const printable = text.replace(UNSEEN, '?');
  return printable.length > SHOWN_MAX ? `${printable.slice(0, SHOWN_MAX)}…` : printable;
};

/** Returns the fault of a token that is none of the alternatives. */
export function unexpected(token: Token, wanted: Wanted): FaultFound {
  return faultOf(token, { wanted, expected: wantedText(wanted), suggestion: suggestionFor(token, wanted) });
}

/** Returns the fault of a token for a reason of its own. */
export function refused(token: Token, expected: string, suggestion: string | null = null): FaultFound {
  return faultOf(token, { wanted: null, expected, suggestion });
}

interface Cause {
  wanted: Wanted | null;
  expected: string;
  suggestion: string | null;
}

function faultOf(token: Token, { wanted, expected, suggestion }: Cause): FaultFound {
  const { kind, text, offset, length } = token;
  const found = kind === 'end' ? 'the end of the filter' : `"${shown(text)}"`;
  const meant = suggestion === null ? '.' : `; did you mean ${suggestion}?`;
  const detail = `At character ${offset + 1}: found ${found}, expected ${expected}${meant}`;
  return new FaultFound({ offset, length, found, expected, suggestion, detail }, wanted, kind === 'end');
}

const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;

function wantedText(wanted: Wanted): string {
  switch (wanted.kind) {
    case 'term':
      return `a field (${FILTER_FIELDS.join(', ')}), the key of a tag, NOT or "("`;
    case 'operator':
      return either(operatorsOf(wanted.subject));
    case 'value':
      return wanted.subject === 'ip'
        ? 'an address in canonical form'
        : valueText(wanted.subject, isOptional(wanted.subject));
    case 'listValue':
      return valueText(wanted.subject, false);
    case 'pattern':
      return 'a pattern, such as "core-*"';
    case 'listStart':
      return wanted.subject === 'ip' ? 'an address range or "("' : '"("';
    case 'listEnd':
      return '"," or ")"';
    case 'connector':
      return wanted.inParentheses ? 'AND, OR or ")"' : 'AND, OR or the end of the filter';
  }
}

function valueText(subject: FilterSubject, mayBeAny: boolean): string {
  const any = mayBeAny ? ', or * for any' : '';
  if (subject === 'status') return `a status (${STATUSES.join(', ')})`;
  if (subject === 'placement') return `a placement (${PLACEMENTS.join(', ')})`;
  if (subject === 'paused' || subject === 'maintenance') return 'true or false';
  if (subject === 'ip') return 'an address or a range in canonical form';
  if (subject === 'parent') return `the address of a parent, in canonical form${any}`;
  if (subject === 'owner') return `an owner${any}`;
  if (tagKeyOf(subject) !== null) return `a value of the tag${any}`;
  return `the name of ${{ name: 'a target', tier: 'a tier', vrf: 'a VRF', agent: 'an agent' }[subject as 'name']}${any}`;
}

/** Returns the operators that a subject has. */
export function operatorsOf(subject: FilterSubject): string[] {
  const isListed = subject === 'ip' || subject === 'parent' || onlyValuesOf(subject) !== null;
  return isListed ? ['=', '!=', 'IN'] : ['=', '!=', '~', 'IN'];
}

function suggestionFor({ kind, text }: Token, wanted: Wanted): string | null {
  if (kind !== 'word') return null;
  if (wanted.kind === 'operator') return nearestName(text, ['IN']);
  if (wanted.kind === 'connector') return nearestName(text, ['AND', 'OR']);
  const isValue = wanted.kind === 'value' || wanted.kind === 'listValue';
  const values = isValue ? onlyValuesOf(wanted.subject) : null;
  return values === null ? null : nearestName(text, values);
}
