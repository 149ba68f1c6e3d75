import { networkInterfaces } from 'node:os';

/** Whether this machine has an address, so that packets can be sent from it. Linux has all of 127.0.0.0/8 where it has 127.0.0.1. */
export function hasAddress(ip: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
  return own.includes(ip) || (ip.startsWith('127.') && own.includes('127.0.0.1'));
}

/** Returns what is wrong when a ping cannot be sent from an address, and what to do. */
export function absentSourceText(source: string): string {
  return `Pings from ${source} are not sent, their results are errors: this machine does not have that address. Add it to an interface of this machine, or change the source address of the check in its tier.`;
}
