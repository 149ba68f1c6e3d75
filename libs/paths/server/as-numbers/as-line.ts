import { AS_NUMBERS_LIMITS } from '@icmp-mon/paths/contract';
import { isCleanText } from '@icmp-mon/platform/text';
import { prefixesOf, readPrefix, readRange } from './ip-range';

/** Prefixes of one line with their AS number. */
export interface AsLine {
  prefixes: string[];
  asn: number;
  name: string;
}

const COMMENT = /^[#;]/;
const ASN_MAX = 4_294_967_295;
/** Fields of a line of ip2asn: first address, last address, AS number, country, name. */
const RANGE_FIELDS = 5;

/**
 * Reads a line of one of two formats. Returns null for a line without an AS number: a comment (`#`, `;`), an empty one, a range that no AS
 * announces (number 0), or the default route, which would name one network for every address; a text that states what is wrong with another one.
 *
 *     1.0.0.0⇥1.0.0.255⇥13335⇥US⇥CLOUDFLARENET       ip2asn of iptoasn.com
 *     192.0.2.0/24 AS64496 Example Net                prefix, AS number, name
 */
export function readAsLine(line: string): AsLine | null | string {
  const text = line.trim();
  if (text === '' || COMMENT.test(text)) return null;
  if (text.length > AS_NUMBERS_LIMITS.lineLength) return `has more than ${AS_NUMBERS_LIMITS.lineLength} characters`;
  const fields = line.split('\t');
  const isRange = fields.length === RANGE_FIELDS;
  const words = text.split(/\s+/);
  const asn = readAsn(isRange ? fields[2] : words[1]);
  if (typeof asn === 'string') return asn;
  const name = (isRange ? fields[4] : words.slice(2).join(' ')).trim();
  if (!isCleanText(name, AS_NUMBERS_LIMITS.nameLength))
    return `the name must have at most ${AS_NUMBERS_LIMITS.nameLength} characters, and no control characters`;
  const range = isRange ? readRange(fields[0], fields[1]) : readPrefix(words[0]);
  if (typeof range === 'string') return range;
  const isDefaultRoute = range.first === 0n && range.last === (1n << BigInt(range.bits)) - 1n;
  return asn === 0 || isDefaultRoute ? null : { prefixes: prefixesOf(range), asn, name };
}

function readAsn(text: string | undefined): number | string {
  const digits = /^(?:AS)?(\d{1,10})$/i.exec(text ?? '')?.[1];
  if (digits !== undefined && Number(digits) <= ASN_MAX) return Number(digits);
  return text === undefined ? 'has no AS number' : `"${text}" is not an AS number from 0 to ${ASN_MAX}`;
}
