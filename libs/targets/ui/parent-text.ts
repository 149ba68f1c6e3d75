import type { TargetView } from '@icmp-mon/targets/contract';

/** Splits a text with ids or addresses of parents. */
export const parentsIn = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== '');

/** Formats parents as addresses; those in other VRFs than `vrf`, in which the address would be another target, as ids. */
export function parentsText(parents: TargetView['parents'], vrf: string): string {
  return parents.map((parent) => (parent.vrf === vrf ? parent.ip : parent.id)).join(' ');
}
