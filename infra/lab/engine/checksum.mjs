/**
 * Returns the Internet checksum (RFC 1071) of a part of a buffer, with `initial` added before folding.
 * @param {Buffer} bytes
 * @param {number} start
 * @param {number} end
 */
export function checksumOf(bytes, start, end, initial = 0) {
  let sum = initial;
  let at = start;
  for (; at + 1 < end; at += 2) sum += (bytes[at] << 8) | bytes[at + 1];
  if (at < end) sum += bytes[at] << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/**
 * Returns the sum of the pseudo header of a transport checksum over IPv4 or IPv6.
 * @param {Buffer} addresses source, then destination
 * @param {number} protocol
 * @param {number} length of the transport header and its data
 */
export function pseudoHeaderSum(addresses, protocol, length) {
  let sum = protocol + length;
  for (let at = 0; at < addresses.length; at += 2) sum += (addresses[at] << 8) | addresses[at + 1];
  return sum;
}
