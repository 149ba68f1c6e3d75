import { isUtf8 } from 'node:buffer';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';

const NOT_ASCII = /[^ -~]/g;
const CONTROL = /\p{Cc}/gu;
const DIGITS = 3;

/**
 * Whether the data of a record is what a check demands, as zone files write it. Names are equal without regard to case and the last dot,
 * addresses in any spelling; texts must be equal to the byte. Of a SOA record the name of the primary server is compared.
 */
export function isRecord(record: string, demanded: string, type: NonNullable<CheckDefinition['queryType']>): boolean {
  switch (type) {
    case 'TXT':
      // The bytes of the record are read as Latin-1.
      return record === Buffer.from(demanded, 'utf8').toString('latin1');
    case 'AAAA':
      return record === canonicalIpv6(demanded);
    case 'SOA':
      return record === nameOf(demanded.trim().split(/\s+/)[0] ?? '');
    case 'A':
    case 'CNAME':
    case 'MX':
    case 'NS':
      return record === nameOf(demanded.trim().split(/\s+/).join(' '));
  }
}

const nameOf = (text: string): string => text.replace(/\.$/, '').toLowerCase();

/**
 * Returns the text of a record for people. The bytes of a TXT record, which were read as Latin-1, are shown as UTF-8 if they are valid; otherwise,
 * and control characters always, as zone files write them: `\` and three decimal digits.
 */
export function shownRecord(record: string, type: NonNullable<CheckDefinition['queryType']>): string {
  if (type !== 'TXT') return record;
  const bytes = Buffer.from(record, 'latin1');
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
  const escaped = (character: string): string =>
    [...Buffer.from(character, encoding)].map((byte) => `\\${String(byte).padStart(DIGITS, '0')}`).join('');
  return bytes.toString(encoding).replace(encoding === 'utf8' ? CONTROL : NOT_ASCII, escaped);
}

/** Returns the canonical form of an IPv6 address; any other text unchanged. */
function canonicalIpv6(text: string): string {
  const url = URL.parse(`http://[${text}]`);
  return url === null ? text : url.hostname.slice(1, -1);
}
