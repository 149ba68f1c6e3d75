import type { CheckType } from './feed-fact';

/**
 * Packets that an agent sends for one probe of a type, by which rates are limited: a connection is opened, acknowledged and reset; a query may
 * be repeated over TCP; a request has its handshakes, and acknowledges the response.
 */
const PACKETS_PER_PROBE: Partial<Record<CheckType, number>> = { icmp_ping: 1, tcp_connect: 3, dns: 2, http: 10 };
const PACKETS_PER_OTHER_PROBE = 3;

/** Returns the packets that one probe of the type counts as. */
export function packetsPerProbe(type: CheckType): number {
  return PACKETS_PER_PROBE[type] ?? PACKETS_PER_OTHER_PROBE;
}
