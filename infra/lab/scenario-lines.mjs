/**
 * Returns a function from the path of a member, such as `timeline[0].targets`, to its line in the file. The line of a member that does not
 * exist is that of the nearest one around it.
 * @param {import('yaml').Document.Parsed} document
 * @param {import('yaml').LineCounter} counter
 * @returns {(path: string) => number}
 */
export function linesOf(document, counter) {
  return (path) => {
    const names = path.match(/[^.[\]]+/g) ?? [];
    for (let length = names.length; length > 0; length--) {
      const offset = offsetOf(document, names.slice(0, length));
      if (offset !== undefined) return counter.linePos(offset).line;
    }
    return 1;
  };
}

/**
 * Returns where a member begins: a member of a mapping at its name.
 * @param {import('yaml').Document.Parsed} document
 * @param {string[]} names
 */
function offsetOf(document, names) {
  const last = names[names.length - 1];
  const parent = /** @type {Node | undefined} */ (
    names.length === 1 ? document.contents : document.getIn(names.slice(0, -1).map(keyOf), true)
  );
  for (const [at, item] of (parent?.items ?? []).entries()) {
    if (item.key === undefined && String(at) === last) return item.range?.[0];
    if (item.key !== undefined && String(item.key.value) === last) return item.key.range?.[0];
  }
  return undefined;
}

/** @typedef {{ items?: { key?: { value: unknown, range?: number[] }, range?: number[] }[] }} Node a mapping or a list of a document */

/** @param {string} name */
const keyOf = (name) => (/^\d+$/.test(name) ? Number(name) : name);
