import { readFileSync } from 'node:fs';
import type { AddressFamily } from './address-family';

const SWITCHES: Record<AddressFamily, string> = {
  ipv4: '/proc/sys/net/ipv4/icmp_echo_ignore_all',
  ipv6: '/proc/sys/net/ipv6/icmp/echo_ignore_all',
};

/** Whether this machine is configured not to reply to pings: no reply from its own address then proves nothing. */
export function ignoresPings(family: AddressFamily): boolean {
  try {
    return readFileSync(SWITCHES[family], 'latin1').trim() === '1';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
