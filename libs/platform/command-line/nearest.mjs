/**
 * Returns the candidate that is most similar to the written word, or undefined when none is similar enough.
 * @param {string} written
 * @param {readonly string[]} candidates
 * @returns {string | undefined}
 */
export function nearest(written, candidates) {
  const near = candidates
    .map((candidate) => ({ candidate, edits: editsBetween(written.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= editsAllowed(candidate) || isBeginning(written, candidate))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.candidate;
}

const LETTERS_PER_EDIT = 3;
const BEGINNING_LENGTH_MIN = 3;

/** @param {string} candidate */
const editsAllowed = (candidate) => Math.max(1, Math.floor(candidate.length / LETTERS_PER_EDIT));

/**
 * @param {string} written
 * @param {string} candidate
 */
const isBeginning = (written, candidate) => written.length >= BEGINNING_LENGTH_MIN && candidate.startsWith(written);

/**
 * Returns the edit distance: insertions, deletions, replacements and swaps of neighbours (restricted Damerau-Levenshtein distance).
 * @param {string} a
 * @param {string} b
 */
function editsBetween(a, b) {
  /** @type {number[][]} */
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  for (let j = 0; j <= b.length; j++) rows[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}
