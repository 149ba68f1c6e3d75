import { timeText } from '../output/times';

/** Returns who made a change, and when. */
export function lastChangeText({ by, byName, at }: { by: string; byName: string | null; at: string }): string {
  return `${byName ?? by}, ${timeText(at) ?? ''}`;
}
