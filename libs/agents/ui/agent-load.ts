import { Pipe, type PipeTransform } from '@angular/core';
import type { AgentShare } from '@icmp-mon/agents/contract';
import { countText, rateText } from '@icmp-mon/platform/ui-kit';

/** Share of its capacity from which an agent counts as full: new targets are likely to go elsewhere or to wait. */
const FULL = 0.95;

type Load = Pick<AgentShare, 'assignedPps' | 'capacityPps'>;

/** Returns the used share of the capacity; null without a limit, or if nothing may be sent. */
export function usedShare({ assignedPps, capacityPps }: Load): number | null {
  return capacityPps === null || capacityPps <= 0 ? null : assignedPps / capacityPps;
}

export function isFull(load: Load): boolean {
  return (usedShare(load) ?? 0) >= FULL;
}

/** Formats a load: `12.5 of 500 (3 %)`, or `12.5` without a limit. */
export function loadText(load: Load): string {
  const pps = rateText(load.assignedPps);
  if (load.capacityPps === null) return pps;
  const share = usedShare(load);
  const percent = share === null ? '' : ` (${Math.round(share * 100)} %)`;
  return `${pps} of ${countText(load.capacityPps)}${percent}`;
}

/** Formats a load for a narrow column: `3 %`, or packets per second without a limit. */
export function shortLoadText(load: Load): string {
  const share = usedShare(load);
  return share === null ? loadText(load) : `${Math.round(share * 100)} %`;
}

@Pipe({ name: 'agentLoad' })
export class AgentLoadPipe implements PipeTransform {
  readonly transform = loadText;
}

@Pipe({ name: 'shortLoad' })
export class ShortLoadPipe implements PipeTransform {
  readonly transform = shortLoadText;
}

@Pipe({ name: 'isFull' })
export class IsFullPipe implements PipeTransform {
  readonly transform = isFull;
}
