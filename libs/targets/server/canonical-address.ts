import { isIP } from 'node:net';
import { NEVER_PROBED } from '@icmp-mon/probing/contract';
import ipaddr from 'ipaddr.js';

export type AddressVerdict = { ok: true; ip: string } | { ok: false; reason: string };

const refused = (reason: string): AddressVerdict => ({ ok: false, reason });

const SHOWN_MAX = 60;

/** What somebody sent, fit to be repeated in a message: printable and short. */
export function shown(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, '?');
  return printable.length > SHOWN_MAX ? `${printable.slice(0, SHOWN_MAX)}…` : printable;
}

const NEVER = NEVER_PROBED.map(({ range, what }) => ({ net: ipaddr.parseCIDR(range), what }));

/** What an address is that no agent would probe, or null. */
function neverProbed(address: ipaddr.IPv4 | ipaddr.IPv6): string | null {
  const found = NEVER.find(({ net: [base, bits] }) => base.kind() === address.kind() && address.match(base, bits));
  return found?.what ?? null;
}

/** Further spellings of IPv4 addresses, which would be two targets for one host. */
function otherSpelling(address: ipaddr.IPv6): string | null {
  const range = address.range();
  if (range === 'rfc6145') return 'a translated form of an IPv4 address: give the IPv4 address itself';
  if (address.match(ipaddr.IPv6.parse('64:ff9b:1::'), 48)) {
    return 'a NAT64 form of an IPv4 address: give the IPv4 address itself';
  }
  const embedsIpv4 = address.match(ipaddr.IPv6.parse('::'), 96) && range !== 'loopback';
  return embedsIpv4 ? 'an IPv4-compatible form: give the IPv4 address itself' : null;
}

/** Why a text that is no address is none, in words that help. */
function whyNoAddress(text: string): string {
  if (text !== text.trim()) return 'has blanks around it';
  if (text.includes('/')) return 'is a range: a target is one address';
  if (/^[0-9]+(\.[0-9]+){0,3}$/.test(text) || /^0x[0-9a-f]+$/i.test(text)) {
    return 'is not a full dotted address: write four decimal numbers without leading zeros, such as 127.0.0.1';
  }
  return 'is not an IPv4 or IPv6 address (a name is not enough: give the address)';
}

/**
 * One address in its canonical text (RFC 5952 for IPv6), or why it is refused. Only a full literal of one host passes:
 * no short, hexadecimal or octal spellings, zones, ranges, mapped or translated forms, and nothing of `NEVER_PROBED`.
 */
export function canonicalAddress(text: string): AddressVerdict {
  if (text.includes('%'))
    return refused(`${shown(text)} names a zone, which means something on one machine only: leave out the %…`);
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
