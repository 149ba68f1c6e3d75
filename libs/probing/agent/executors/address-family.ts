export type AddressFamily = 'ipv4' | 'ipv6';

export const FAMILY_NAMES: Record<AddressFamily, string> = { ipv4: 'IPv4', ipv6: 'IPv6' };

/**
 * By family, an address of this machine that has to reply while targets are probed. For IPv4 not the usual 127.0.0.1: that one may be a
 * target, or blocked.
 */
export const CANARIES: Record<AddressFamily, string> = { ipv4: '127.127.127.127', ipv6: '::1' };

/** Returns the family of a canonical literal. */
export function familyOf(ip: string): AddressFamily {
  return ip.includes(':') ? 'ipv6' : 'ipv4';
}

export function familiesOf(ips: readonly string[]): AddressFamily[] {
  const isIpv6 = ips.map((ip) => familyOf(ip) === 'ipv6');
  return [...(isIpv6.includes(false) ? ['ipv4' as const] : []), ...(isIpv6.includes(true) ? ['ipv6' as const] : [])];
}
