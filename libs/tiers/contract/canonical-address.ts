const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const IPV6_LENGTH_MAX = 45;

/** Whether a value is an IPv4 address in dotted decimals, or an IPv6 address as RFC 5952 writes it, without a zone. Works in browsers too. */
export function isCanonicalAddress(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > IPV6_LENGTH_MAX) return false;
  if (IPV4.test(value)) return true;
  const address = `http://[${value}]`;
  return /^[0-9a-f:]+$/.test(value) && URL.canParse(address) && new URL(address).hostname === `[${value}]`;
}
