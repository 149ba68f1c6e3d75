/** Returns the id of an event: the change number, and while some shards are not judged, `~` and the not-judged mark. */
export function listEventId(listSeq: number, mark: string): string {
  return mark === '' ? String(listSeq) : `${listSeq}~${mark}`;
}

/** Parses the last event id of a client; null if it is not valid. */
export function readListEventId(id: string): { listSeq: number; mark: string } | null {
  const [, digits, mark = ''] = /^(\d{1,16})(?:~([\da-f]+))?$/.exec(id) ?? [];
  const listSeq = Number(digits);
  return Number.isSafeInteger(listSeq) ? { listSeq, mark } : null;
}
