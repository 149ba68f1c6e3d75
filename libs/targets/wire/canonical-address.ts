import { isIP } from 'node:net';
import { NEVER_PROBED } from '@icmp-mon/probing/contract';
import ipaddr from 'ipaddr.js';

export type AddressVerdict = { ok: true; ip: string } | { ok: false; reason: string };

const refused = (reason: string): AddressVerdict => ({ ok: false, reason });

const SHOWN_MAX = 60;

/** Makes client input safe to repeat in a message: printable and short. */
export function shown(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?');
  return printable.length > SHOWN_MAX ? `${printable.slice(0, SHOWN_MAX)}…` : printable;
}

const NEVER = NEVER_PROBED.map(({ range, what }) => ({ net: ipaddr.parseCIDR(range), what }));

/** Returns why no agent may probe an address, or null. */
function neverProbed(address: ipaddr.IPv4 | ipaddr.IPv6): string | null {
  const found = NEVER.find(({ net: [base, bits] }) => base.kind() === address.kind() && address.match(base, bits));
  return found?.what ?? null;
}

/** Returns why an IPv6 address is refused as another spelling of an IPv4 address (it would be a second target for the same host), or null. */
function otherSpelling(address: ipaddr.IPv6): string | null {
  const embedsIpv4 = address.match(ipaddr.IPv6.parse('::'), 96) && address.range() !== 'loopback';
  return embedsIpv4 ? 'an IPv4-compatible form: give the IPv4 address itself' : null;
}

/** Returns why a text is not an address, and what to do. */
function whyNoAddress(text: string): string {
  if (text !== text.trim()) return 'has blanks before or after the address';
  if (text.includes('/')) return 'is a range: a target is one address';
  if (/^[0-9]+(\.[0-9]+){0,3}$/.test(text) || /^0x[0-9a-f]+$/i.test(text)) {
    return 'is not a full dotted address: write four decimal numbers without leading zeros, such as 127.0.0.1';
  }
  return 'is not an IPv4 or IPv6 address (host names are not accepted: give the address)';
}

/**
 * Returns an address in its canonical text (RFC 5952 for IPv6), or why it is refused. Only a full literal of one host is accepted:
 * no short, hexadecimal or octal spellings, zones, ranges, mapped or translated forms, and no address of `NEVER_PROBED`.
 */
export function canonicalAddress(text: string): AddressVerdict {
  if (text.includes('%'))
    return refused(
      `${shown(text)} contains a zone, which is valid on one machine only: remove the % and what follows.`,
    );
  if (isIP(text) === 4) {
    const address = ipaddr.IPv4.parse(text);
    const reason = neverProbed(address);
    return reason === null ? { ok: true, ip: address.toString() } : refused(`${address.toString()} is ${reason}.`);
  }
  if (isIP(text) === 6) {
    const address = ipaddr.IPv6.parse(text);
    const reason = neverProbed(address) ?? otherSpelling(address);
    return reason === null ? { ok: true, ip: address.toRFC5952String() } : refused(`${shown(text)} is ${reason}.`);
  }
  return refused(`"${shown(text)}" ${whyNoAddress(text)}.`);
}
