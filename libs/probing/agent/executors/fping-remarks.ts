import type { PingOptions } from './ping-options';
import type { SliceTally } from './slice-tally';

/** Returns notes for the operator about a slice: what happened to packets that appear in no result, or why they were not sent. */
export function remarksOf(tally: SliceTally | undefined, ping: PingOptions, droppedPackets: number): string[] {
  const ofTally = tally === undefined ? [] : [...foreignRemark(tally), ...tooLongRemark(tally, ping)];
  return [...ofTally, ...dropsRemark(droppedPackets)];
}

function foreignRemark({ foreignReplies, foreignExample }: SliceTally): string[] {
  if (foreignReplies === 0) return [];
  return [
    `${foreignReplies} replies of the last slice came from an address other than the probed one (${foreignExample}): ` +
      'they do not count. Either the target replies from another address, or another program on this machine uses the same ICMP id.',
  ];
}

function tooLongRemark({ notSent }: SliceTally, { dontFragment, size }: PingOptions): string[] {
  if (!dontFragment || notSent === 0) return [];
  return [
    `${notSent} packets of the last slice with ${size} bytes of data, which must not be fragmented, were not sent (Message too long, where there is a route): ` +
      'they are longer than the MTU of the interface allows, less 28 bytes of headers for IPv4 and 48 for IPv6.',
  ];
}

function dropsRemark(droppedPackets: number): string[] {
  if (droppedPackets === 0) return [];
  return [
    `The system dropped ${droppedPackets} packets for fping in the last slice because its socket was full: misses of that time do not count. ` +
      'Give this machine more CPU, or its sockets a larger buffer: sysctl net.core.rmem_default.',
  ];
}
