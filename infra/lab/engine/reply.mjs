import { checksumOf, pseudoHeaderSum } from './checksum.mjs';
import { PROTOCOL, TCP_FLAG } from './packet.mjs';

/** @typedef {import('./packet.mjs').Packet} Packet */
/** @typedef {import('./address.mjs').AddressKey} AddressKey */

const REPLY_HOP_LIMIT = 64;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const TCP_HEADER = 20;
const ICMP_HEADER = 8;
const ECHO_REPLY = { 4: 0, 6: 129 };
const TIME_EXCEEDED = { 4: 11, 6: 3 };
const UNREACHABLE = { 4: 3, 6: 1 };
const PORT_UNREACHABLE = { 4: 3, 6: 4 };
/** Bytes of the packet that an ICMP error quotes: RFC 1812 and RFC 4443 allow more, this is enough for every traceroute. */
const QUOTED_BYTES_MAX = 128;
/** First sequence number of a simulated server: a connection carries no data, so any number serves. */
const SERVER_SEQUENCE = 0x4c414200;
const WINDOW_BYTES = 65_535;

/**
 * Returns the reply to an echo request, with the same identifier, sequence number and data.
 * @param {Packet} packet
 */
export function echoReply(packet) {
  const size = packet.bytes.length - packet.payloadAt;
  const reply = withHeader(packet, packet.to, icmpOf(packet), size);
  const at = reply.length - size;
  packet.bytes.copy(reply, at, packet.payloadAt);
  reply[at] = ECHO_REPLY[packet.family];
  return withIcmpChecksum(reply, packet.family, at);
}

/**
 * Returns the error of a router at which the hop limit of the packet ended.
 * @param {Packet} packet
 * @param {AddressKey} router
 */
export const timeExceeded = (packet, router) => icmpError(packet, router, TIME_EXCEEDED[packet.family], 0);

/**
 * Returns the error of a target on which no program listens on the UDP port.
 * @param {Packet} packet
 */
export const portUnreachable = (packet) =>
  icmpError(packet, packet.to, UNREACHABLE[packet.family], PORT_UNREACHABLE[packet.family]);

/**
 * Returns the answer of a TCP server: SYN-ACK to a SYN, an acknowledged FIN to a FIN, RST to anything after that.
 * @param {Packet} packet
 * @param {'open' | 'closed'} port
 * @returns {Buffer | null} null when TCP does not answer the segment
 */
export function tcpReply(packet, port) {
  const flags = packet.bytes[packet.payloadAt + 13];
  if ((flags & TCP_FLAG.rst) !== 0) return null;
  const sequence = packet.bytes.readUInt32BE(packet.payloadAt + 4);
  const acknowledged = packet.bytes.readUInt32BE(packet.payloadAt + 8);
  const dataBytes = packet.bytes.length - packet.payloadAt - (packet.bytes[packet.payloadAt + 12] >> 4) * 4;
  if (packet.kind === 'syn') {
    const next = (sequence + 1) >>> 0;
    return port === 'open'
      ? tcpSegment(packet, TCP_FLAG.syn | TCP_FLAG.ack, SERVER_SEQUENCE, next)
      : tcpSegment(packet, TCP_FLAG.rst | TCP_FLAG.ack, 0, next);
  }
  if (port === 'closed') return tcpSegment(packet, TCP_FLAG.rst, acknowledged, 0);
  if ((flags & TCP_FLAG.fin) !== 0) {
    return tcpSegment(packet, TCP_FLAG.fin | TCP_FLAG.ack, acknowledged, (sequence + dataBytes + 1) >>> 0);
  }
  // The simulated servers speak no protocol: a client that sends data is disconnected.
  return dataBytes > 0 ? tcpSegment(packet, TCP_FLAG.rst, acknowledged, 0) : null;
}

/**
 * @param {Packet} packet
 * @param {number} flags
 * @param {number} sequence
 * @param {number} acknowledged
 */
function tcpSegment(packet, flags, sequence, acknowledged) {
  const reply = withHeader(packet, packet.to, PROTOCOL.tcp, TCP_HEADER);
  const at = reply.length - TCP_HEADER;
  reply.writeUInt16BE(packet.toPort, at);
  packet.bytes.copy(reply, at + 2, packet.payloadAt, packet.payloadAt + 2);
  reply.writeUInt32BE(sequence, at + 4);
  reply.writeUInt32BE(acknowledged, at + 8);
  reply[at + 12] = (TCP_HEADER / 4) << 4;
  reply[at + 13] = flags;
  reply.writeUInt16BE(WINDOW_BYTES, at + 14);
  const pseudo = pseudoHeaderSum(addressesOf(reply, packet.family), PROTOCOL.tcp, TCP_HEADER);
  reply.writeUInt16BE(checksumOf(reply, at, reply.length, pseudo), at + 16);
  return reply;
}

/**
 * @param {Packet} packet
 * @param {AddressKey} from
 * @param {number} type
 * @param {number} code
 */
function icmpError(packet, from, type, code) {
  const quoted = Math.min(packet.bytes.length, QUOTED_BYTES_MAX);
  const reply = withHeader(packet, from, icmpOf(packet), ICMP_HEADER + quoted);
  const at = reply.length - ICMP_HEADER - quoted;
  reply[at] = type;
  reply[at + 1] = code;
  packet.bytes.copy(reply, at + ICMP_HEADER, 0, quoted);
  return withIcmpChecksum(reply, packet.family, at);
}

/** @param {Packet} packet */
const icmpOf = (packet) => (packet.family === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6);

/**
 * @param {Buffer} reply
 * @param {4 | 6} family
 * @param {number} at
 */
function withIcmpChecksum(reply, family, at) {
  reply.writeUInt16BE(0, at + 2);
  const pseudo = family === 4 ? 0 : pseudoHeaderSum(addressesOf(reply, 6), PROTOCOL.icmpv6, reply.length - at);
  reply.writeUInt16BE(checksumOf(reply, at, reply.length, pseudo), at + 2);
  return reply;
}

/**
 * @param {Buffer} bytes
 * @param {4 | 6} family
 */
const addressesOf = (bytes, family) => (family === 4 ? bytes.subarray(12, 20) : bytes.subarray(8, 40));

/**
 * Returns a buffer with an IP header to the sender of the packet, and zeros for the `size` bytes after it.
 * @param {Packet} packet
 * @param {AddressKey} from
 * @param {number} protocol
 * @param {number} size
 */
function withHeader(packet, from, protocol, size) {
  if (packet.family === 4) {
    const bytes = Buffer.alloc(IPV4_HEADER + size);
    bytes[0] = 0x45;
    bytes.writeUInt16BE(bytes.length, 2);
    bytes[8] = REPLY_HOP_LIMIT;
    bytes[9] = protocol;
    bytes.write(from, 12, 'latin1');
    bytes.write(packet.from, 16, 'latin1');
    bytes.writeUInt16BE(checksumOf(bytes, 0, IPV4_HEADER), 10);
    return bytes;
  }
  const bytes = Buffer.alloc(IPV6_HEADER + size);
  bytes[0] = 0x60;
  bytes.writeUInt16BE(size, 4);
  bytes[6] = protocol;
  bytes[7] = REPLY_HOP_LIMIT;
  bytes.write(from, 8, 'latin1');
  bytes.write(packet.from, 24, 'latin1');
  return bytes;
}
