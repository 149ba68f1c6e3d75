/** Version of an agent: up to three numbers, and a suffix that is ignored. */
const VERSION = /^(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?(?:[-+].*)?$/;

/** Returns the three numbers of a version; null for a text that is not one. */
function numbersOf(version: string): number[] | null {
  const match = VERSION.exec(version);
  return match === null ? null : [match[1], match[2], match[3]].map((part) => Number(part ?? 0));
}

/** Returns whether the text is a version that others can be compared with, such as `0.2` or `1.4.0`. */
export function isAgentVersion(text: string): boolean {
  return numbersOf(text) !== null;
}

/** Returns whether a version is older than the minimum. A text that is not a version counts as older: nothing shows that it is new enough. */
export function isOlderVersion(version: string, minimum: string): boolean {
  const [a, b] = [numbersOf(version), numbersOf(minimum) ?? [0, 0, 0]];
  if (a === null) return true;
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && a[at] < b[at];
}
