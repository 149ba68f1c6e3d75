import type { CheckDefinition } from '@icmp-mon/tiers/contract';

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

/** Returns the canonical form of an IPv6 address; any other text unchanged. */
function canonicalIpv6(text: string): string {
  const url = URL.parse(`http://[${text}]`);
  return url === null ? text : url.hostname.slice(1, -1);
}
