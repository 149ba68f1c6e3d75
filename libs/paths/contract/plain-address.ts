const ADDRESS_LENGTH_MAX = 45;
const IPV4 = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
const GROUP_IPV6 = /^(?:0|[1-9a-f][\da-f]{0,3})$/;
const GROUPS_IPV6 = 8;

/**
 * Whether a text is an IPv4 or IPv6 address in lower case, without leading zeros, zone and prefix length: every such text is an address for
 * PostgreSQL, too.
 */
export function isPlainAddress(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > ADDRESS_LENGTH_MAX) return false;
  return text.includes(':') ? isIpv6(text) : IPV4.test(text);
}

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  // The last two groups may be written as an IPv4 address.
  const embedded = !text.endsWith(':') && IPV4.test(groups.at(-1) ?? '');
  const count = groups.length + (embedded ? 1 : 0);
  const isComplete = halves.length === 1 ? count === GROUPS_IPV6 : count < GROUPS_IPV6;
  return isComplete && groups.slice(0, embedded ? -1 : undefined).every((group) => GROUP_IPV6.test(group));
}
