import { BlockList, isIP } from 'node:net';

/** Adds `10.0.0.0/8`, `2001:db8::/32` or a single address. Throws a RangeError that names the text if it is neither. */
export function addRange(list: BlockList, text: string): void {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = address.includes('%') ? 0 : isIP(address);
  const bits = version === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (version === 0 || rest.length > 0 || length < 0 || length > bits) {
    throw new RangeError(`"${text}" is not a range such as 10.0.0.0/8 or 2001:db8::/32`);
  }
  list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6');
}

export function rangesOf(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) addRange(list, text);
  return list;
}

/** No policy allows these: they reach more than one host, the machine's own secrets, or nothing at all. */
export const ALWAYS_DENIED = rangesOf([
  '0.0.0.0/8',
  '169.254.169.254',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::',
  '::ffff:0:0/96',
  '64:ff9b::/96',
  'fd00:ec2::254',
  'fe80::/10',
  'ff00::/8',
]);

/** Denied unless the policy allows a range of it by name. */
export const LOOPBACK = rangesOf(['127.0.0.0/8', '::1']);
