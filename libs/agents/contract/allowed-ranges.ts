/** Maximum ranges of a join command, because they must fit into a command line; the policy file accepts more. */
export const JOIN_RANGES_MAX = 50;

const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const IPV6 = /^[0-9a-f:.]+$/i;
const PREFIX = /^\d{1,3}$/;

/**
 * Parses ranges separated by white space or commas, as a policy file accepts them. Returns the ranges, or what is wrong as a complete
 * sentence.
 */
export function readAllowedRanges(text: string): { ranges: string[] } | { fault: string } {
  const ranges = text.split(/[\s,]+/).filter((range) => range !== '');
  if (ranges.length === 0)
    return { fault: 'Enter at least one range: the agent probes only addresses in these ranges.' };
  if (ranges.length > JOIN_RANGES_MAX) {
    return { fault: `Enter at most ${JOIN_RANGES_MAX} ranges, and add the others to the policy file on the machine.` };
  }
  const wrong = ranges.find((range) => !isRange(range));
  if (wrong !== undefined)
    return { fault: `“${wrong}” is not a valid range. Use a form such as 10.0.0.0/8 or 2001:db8::/32.` };
  return { ranges: [...new Set(ranges)] };
}

function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = IPV4.test(address) ? 32 : isIpv6(address) ? 128 : 0;
  if (bits === 0 || rest.length > 0) return false;
  return prefix === undefined || (PREFIX.test(prefix) && Number(prefix) <= bits);
}

function isIpv6(text: string): boolean {
  return IPV6.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`);
}
