/** Fenced code; its group is the code without the fences. */
export const FENCE = /^ *```.*\n([\s\S]*?)^ *```/gm;
/** Code within backticks; a span ends in its paragraph. */
export const INLINE_CODE = /(?<!`)`((?:[^`\n]|\n(?!\s*\n))+)`(?!`)/g;

/**
 * Returns only the line breaks of a text, so that later lines keep their numbers.
 * @param {string} text
 */
export function lineBreaksOf(text) {
  return text.replace(/[^\n]/g, '');
}
