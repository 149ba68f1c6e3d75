/** The id of an event: the list's change number, and behind a `~` the mark of what is not judged, while something is not. */
export function listEventId(listSeq: number, mark: string): string {
  return mark === '' ? String(listSeq) : `${listSeq}~${mark}`;
}

/** What a client knows by its last id; null for a text that is no such id. */
export function readListEventId(id: string): { listSeq: number; mark: string } | null {
  const [, digits, mark = ''] = /^(\d{1,16})(?:~([\da-f]+))?$/.exec(id) ?? [];
  const listSeq = Number(digits);
  return Number.isSafeInteger(listSeq) ? { listSeq, mark } : null;
}
