/** Returns who made a change, and when. */
export function lastChangeText({ by, byName, at }: { by: string; byName: string | null; at: string }): string {
  return `${byName ?? by}, ${at.slice(0, 19).replace('T', ' ')} UTC`;
}
