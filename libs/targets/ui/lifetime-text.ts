import { instantText } from '@icmp-mon/platform/ui-kit';
import type { TargetChange, TargetLifetime } from '@icmp-mon/targets/contract';

const actorText = (name: string | null, by: string | null): string => (by === null ? '' : ` by ${name ?? by}`);

/** Returns when and by whom a target was removed, as a sentence. */
export function removalText({ removedAt, removedBy, removedByName }: TargetLifetime): string {
  if (removedAt === null) return 'This target exists.';
  return `This target was removed ${instantText(removedAt)}${actorText(removedByName, removedBy)}.`;
}

/** Returns since when and by whom a target is paused: ` since … by admin`; an empty text without a change that paused it. */
export function pausedText(changes: readonly TargetChange[]): string {
  const pausing = changes.find((change) => change.changes.some(({ member }) => member === 'paused'));
  if (pausing === undefined) return '';
  return ` since ${instantText(pausing.at)}${actorText(pausing.byName, pausing.by)}`;
}

/** The targets of an address, seen from one of them. */
export interface Relatives {
  /** The asked target: by its id, or the newest one of an address. */
  asked: TargetLifetime;
  /** The target that has the address now; null if that is the asked one, or none has it. */
  successor: TargetLifetime | null;
  /** The other removed ones, newest first. */
  others: TargetLifetime[];
}

/** Returns the target of a reference and the others of its address; null if there are none. */
export function relativesOf(ref: string, items: readonly TargetLifetime[]): Relatives | null {
  const asked = items.find(({ id }) => id === ref.toLowerCase()) ?? items[0];
  if (asked === undefined) return null;
  const rest = items.filter((item) => item !== asked);
  return {
    asked,
    successor: rest.find(({ removedAt }) => removedAt === null) ?? null,
    others: rest.filter(({ removedAt }) => removedAt !== null),
  };
}
