import type { CheckType } from './feed-fact';

/**
 * Packets that an agent sends for one probe of a type, by which rates are limited: a connection is opened, acknowledged and reset; a query may
 * be repeated over TCP; a request has its handshakes, and acknowledges the response.
 */
const PACKETS_PER_PROBE: Partial<Record<CheckType, number>> = { icmp_ping: 1, tcp_connect: 3, dns: 2, http: 10 };
const PACKETS_PER_OTHER_PROBE = 3;

/** Time between two packets of a ping with several packets, in ms: the shortest that ping(8) allows a user who is not root. */
export const PACKET_GAP_MS = 200;

/** Returns the packets that one probe of a check counts as: a ping may have several. */
export function packetsPerProbe({ type, packets = 1 }: { type: CheckType; packets?: number }): number {
  return (PACKETS_PER_PROBE[type] ?? PACKETS_PER_OTHER_PROBE) * (type === 'icmp_ping' ? packets : 1);
}

/** Returns how long a probe sends, in ms: from the first to the last packet of a ping, otherwise 0. */
export function sendingMs({ type, packets = 1 }: { type: CheckType; packets?: number }): number {
  return type === 'icmp_ping' ? (packets - 1) * PACKET_GAP_MS : 0;
}
