import { Pipe, type PipeTransform } from '@angular/core';
import type { AgentShare } from '@icmp-mon/agents/contract';
import { countText, percentText, rateText } from '@icmp-mon/platform/ui-kit';

/** Share of its capacity from which an agent counts as full: new targets are likely to go elsewhere or to wait. */
const FULL = 0.95;

type Load = Pick<AgentShare, 'assignedPps' | 'capacityPps'>;

/** Returns the used share of the capacity; null without a limit. */
export function usedShare({ assignedPps, capacityPps }: Load): number | null {
  return capacityPps === null ? null : assignedPps / capacityPps;
}

export function isFull(load: Load): boolean {
  return (usedShare(load) ?? 0) >= FULL;
}

/** Formats a load: `12.5 of 500 (2.5 %)`, or `12.5` without a limit. */
export function loadText(load: Load): string {
  const share = usedShare(load);
  const pps = rateText(load.assignedPps);
  return share === null ? pps : `${pps} of ${countText(load.capacityPps ?? 0)} (${percentText(share)})`;
}

@Pipe({ name: 'agentLoad' })
export class AgentLoadPipe implements PipeTransform {
  readonly transform = loadText;
}

@Pipe({ name: 'isFull' })
export class IsFullPipe implements PipeTransform {
  readonly transform = isFull;
}
