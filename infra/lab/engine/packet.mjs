/** @typedef {import('./address.mjs').AddressKey} AddressKey */

/**
 * The parts of a packet that the simulated internet reads. `kind`: `echo` is an ICMP echo request, `syn` the first segment of a TCP connection,
 * `segment` any later one. `flow` selects one of several equal paths: as in routers, the addresses and ports, not the data.
 * @typedef {object} Packet
 * @property {Buffer} bytes the whole packet
 * @property {4 | 6} family
 * @property {AddressKey} from
 * @property {AddressKey} to
 * @property {number} hopLimit
 * @property {'echo' | 'syn' | 'segment' | 'udp'} kind
 * @property {number} payloadAt offset of the transport header
 * @property {number} toPort 0 for echo
 * @property {number} flow
 */

export const PROTOCOL = Object.freeze({ icmp: 1, tcp: 6, udp: 17, icmpv6: 58 });
export const TCP_FLAG = Object.freeze({ fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 });

const IPV4_HEADER_MIN = 20;
const IPV6_HEADER = 40;
const ECHO_REQUEST = { 4: 8, 6: 128 };
const TRANSPORT_MIN = { echo: 8, udp: 8, tcp: 20 };

/**
 * Parses an IPv4 or IPv6 packet. Returns null for fragments, packets with IPv6 extension headers, truncated packets, and protocols that the
 * simulated internet does not answer.
 * @param {Buffer} bytes
 * @returns {Packet | null}
 */
export function readPacket(bytes) {
  const version = bytes.length > 0 ? bytes[0] >> 4 : 0;
  if (version === 4) return readIpv4(bytes);
  return version === 6 ? readIpv6(bytes) : null;
}

/** @param {Buffer} bytes */
function readIpv4(bytes) {
  if (bytes.length < IPV4_HEADER_MIN) return null;
  const payloadAt = (bytes[0] & 0x0f) * 4;
  const total = bytes.readUInt16BE(2);
  const isFragment = (bytes.readUInt16BE(6) & 0x3fff) !== 0;
  if (payloadAt < IPV4_HEADER_MIN || total > bytes.length || total < payloadAt || isFragment) return null;
  return readTransport(bytes.subarray(0, total), 4, bytes[9], payloadAt, bytes[8]);
}

/** @param {Buffer} bytes */
function readIpv6(bytes) {
  if (bytes.length < IPV6_HEADER) return null;
  const total = IPV6_HEADER + bytes.readUInt16BE(4);
  if (total > bytes.length) return null;
  return readTransport(bytes.subarray(0, total), 6, bytes[6], IPV6_HEADER, bytes[7]);
}

/**
 * @param {Buffer} bytes
 * @param {4 | 6} family
 * @param {number} protocol
 * @param {number} payloadAt
 * @param {number} hopLimit
 * @returns {Packet | null}
 */
function readTransport(bytes, family, protocol, payloadAt, hopLimit) {
  const size = bytes.length - payloadAt;
  const [from, to] =
    family === 4 ? [bytes.toString('latin1', 12, 16), bytes.toString('latin1', 16, 20)] : ipv6Keys(bytes);
  const base = { bytes, family, from, to, hopLimit, payloadAt };
  if (protocol === (family === 4 ? PROTOCOL.icmp : PROTOCOL.icmpv6)) {
    const isEcho = size >= TRANSPORT_MIN.echo && bytes[payloadAt] === ECHO_REQUEST[family];
    return isEcho ? { ...base, kind: 'echo', toPort: 0, flow: flowOf(from, to, 0) } : null;
  }
  if (protocol === PROTOCOL.udp && size >= TRANSPORT_MIN.udp) {
    const ports = bytes.readUInt32BE(payloadAt);
    return { ...base, kind: 'udp', toPort: ports & 0xffff, flow: flowOf(from, to, ports) };
  }
  if (protocol === PROTOCOL.tcp && size >= TRANSPORT_MIN.tcp) {
    const ports = bytes.readUInt32BE(payloadAt);
    const kind = (bytes[payloadAt + 13] & (TCP_FLAG.syn | TCP_FLAG.ack)) === TCP_FLAG.syn ? 'syn' : 'segment';
    return { ...base, kind, toPort: ports & 0xffff, flow: flowOf(from, to, ports) };
  }
  return null;
}

/** @param {Buffer} bytes */
const ipv6Keys = (bytes) => [bytes.toString('latin1', 8, 24), bytes.toString('latin1', 24, 40)];

/**
 * FNV-1a with a final mix, so that neighbouring addresses are spread over equal paths.
 * @param {AddressKey} from
 * @param {AddressKey} to
 * @param {number} ports
 */
export function flowOf(from, to, ports) {
  let hash = 0x811c9dc5 ^ ports;
  for (let at = 0; at < from.length; at++) hash = Math.imul(hash ^ from.charCodeAt(at), 0x01000193);
  for (let at = 0; at < to.length; at++) hash = Math.imul(hash ^ to.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/**
 * Returns the flow of a packet for routers that also hash the identifier and sequence number of echo requests.
 * @param {Packet} packet
 */
export const packetFlow = ({ kind, from, to, bytes, payloadAt, flow }) =>
  kind === 'echo' ? flowOf(from, to, bytes.readUInt32BE(payloadAt + 4)) : flow;
