/**
 * Place of a live result: `index` numbers the target's samples stored at `position` of the shard's log, in the order of check, window,
 * body.
 */
export interface LiveId {
  shard: number;
  /** -1 before the first result. */
  position: number;
  index: number;
}

const TEXT = /^(\d{1,5}):(-1|\d{1,15}):(\d{1,9})$/;
/** An index that no stored sample has: the id means that the whole position was seen. */
export const WHOLE_POSITION = 999_999_999;

export function liveIdText({ shard, position, index }: LiveId): string {
  return `${shard}:${position}:${index}`;
}

/** Returns null for a text that is not a valid id. */
export function parseLiveId(text: string): LiveId | null {
  const match = TEXT.exec(text);
  return match === null ? null : { shard: Number(match[1]), position: Number(match[2]), index: Number(match[3]) };
}
