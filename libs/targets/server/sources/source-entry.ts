import { isIP } from 'node:net';
import { canonicalAddress, readLine, shown, type TargetLine } from '@icmp-mon/targets/wire';

/** An entry of a list: the target that it describes, or why it is none. `entry` is its number, from 1. */
export type SourceEntry = { entry: number; address: string } & (
  | { target: TargetLine }
  /** `vrf` if the address is valid: the entry is still listed, and its target has not left. */
  | { reason: string; vrf?: string }
);

/** Members of a target as an entry gives them, not validated. */
export interface GivenEntry {
  address: string;
  vrf: string;
  name: string | undefined;
  tags: Record<string, string>;
  tier: string;
}

/** Returns the target of an entry, or why it is none. */
export function entryOf(entry: number, { address, vrf, name, tags, tier }: GivenEntry): SourceEntry {
  const host = hostOf(address);
  if (isIP(host) === 0 && /[a-z]/i.test(host) && !host.includes(':')) {
    const reason = `"${shown(host)}" is a host name: a target is an address, and names are not resolved`;
    return { entry, address: shown(address), reason };
  }
  const checked = canonicalAddress(host);
  if (!checked.ok) return { entry, address: shown(address), reason: checked.reason };
  const read = readLine({ ip: checked.ip, vrf, tags, tier, ...(name !== undefined && { name }) });
  if ('fault' in read) {
    return { entry, address: checked.ip, vrf, reason: `${read.fault.column ?? 'The entry'} ${read.fault.reason}` };
  }
  return { entry, address: checked.ip, target: read };
}

const WITH_PORT = /^(?:\[([^\]]*)\]|([^:]*)):\d{1,5}$/;

/** Returns the host of `host`, `host:port`, `[v6]`, `[v6]:port` or `address/prefix length`. */
export function hostOf(address: string): string {
  const withPort = WITH_PORT.exec(address);
  if (withPort !== null) return withoutLength(withPort[1] ?? withPort[2] ?? '');
  const bracketed = /^\[([^\]]*)\]$/.exec(address);
  return withoutLength(bracketed?.[1] ?? address);
}

/** Returns an address without its prefix length, if that is possible for its family; any other text as it is. */
function withoutLength(text: string): string {
  const [, host = '', bits = ''] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? [];
  const family = isIP(host);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128) ? host : text;
}
