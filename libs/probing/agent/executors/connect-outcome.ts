import type { Socket } from 'node:net';
import { OUTCOME } from '@icmp-mon/probing/contract';

/** Errors of this machine, not of the target: no files, ports, buffers or memory left. */
const EXHAUSTED = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EADDRINUSE', 'EAGAIN'];
/** Errors that arrive as ICMP messages. `EACCES`: administratively prohibited, for IPv6. */
const BY_ICMP = ['ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EPROTO', 'ENOPROTOOPT', 'EACCES'];

/**
 * Whether a connected socket is its own peer. The kernel makes such a connection, without any server, when it picks the probed port as the
 * local one: possible for addresses of this machine, if the port is one of its local ports.
 */
export function isOwnPeer(end: Pick<Socket, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>): boolean {
  return end.localPort === end.remotePort && end.localAddress === end.remoteAddress;
}

/**
 * Returns the outcome of an error on a socket that was not connected. `isOwn`: the kernel refused immediately, before a packet was sent, for
 * example without a route.
 */
export function outcomeOfError(code: string | undefined, isOwn: boolean): number {
  if (code === undefined || EXHAUSTED.includes(code)) return OUTCOME.error;
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return OUTCOME.refused;
  // Without a route the error is another; on a near host the ICMP message may arrive within the call.
  if (code === 'EHOSTUNREACH') return OUTCOME.unreachable;
  if (isOwn) return OUTCOME.not_sent;
  if (code === 'ETIMEDOUT') return OUTCOME.timeout;
  return BY_ICMP.includes(code) ? OUTCOME.unreachable : OUTCOME.error;
}
