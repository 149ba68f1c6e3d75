import ts from 'typescript';
import { FENCE, INLINE_CODE, lineBreaksOf } from '../documents/markdown.mjs';
import { parseSource } from '../parse-source.mjs';

/**
 * @typedef {{ line: number, text: string, isComment: boolean }} Text
 * `line` is the first line, from 1; `text` is prose, with its line breaks: code within backticks is left out.
 */

/** A statement of SQL, or a part of one: it begins with a keyword, and has another one or a parenthesis. */
const SQL =
  /^\s*(?:--[^\n]*\n\s*)*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE|COPY|LOCK|SET|FROM|WHERE|ORDER BY|AND|OR|(?:LEFT )?JOIN|UNION|GROUP BY|VALUES|CASE|ON|DO|BEGIN|DECLARE)\s[\s\S]*(?:\b(?:FROM|SET|VALUES|TABLE|INTO|ON|AS|BY|IS|NULL|AND|OR|WHERE|TO|IN|END|ROLE|INDEX|LIMIT)\b|[(=<>])/;
/** Strings that a program reads: code and class names. */
const NOT_PROSE = /^\s*(?:#!|\(?\s*\(\) =>|import [\w{*]|export |const |function |[.#]?[\w-]+\s*[{>])/;

/**
 * Returns the prose of one file: comments, strings that contain a space, the text of templates and documents.
 * @param {string} file its path, by whose ending the kind of file is known
 * @param {string} source
 * @returns {Text[]} empty for kinds of files that hold no prose
 */
export function textsOf(file, source) {
  if (file.endsWith('.template')) return textsOf(file.slice(0, -'.template'.length), source);
  if (/\.(?:ts|mjs|js)$/.test(file)) return ofTypeScript(file, source);
  if (file.endsWith('.md')) return ofMarkdown(source);
  if (file.endsWith('.html')) return ofTemplate(source);
  if (file.endsWith('.scss')) return ofMatches(source, /\/\/[^\n]*|\/\*[\s\S]*?\*\//g);
  if (file.endsWith('.sh')) return ofMatches(source, /(?<=^|\s)#[^\n]*|"[^"\n]* [^"\n]*"|'[^'\n]* [^'\n]*'/gm);
  if (file.endsWith('.service')) return ofMatches(source, /^#[^\n]*/gm);
  if (/\.(?:yaml|yml)$/.test(file)) return ofLines(source);
  if (file.endsWith('.json'))
    return ofMatches(source, /"(?:title|description|content|displayName)":\s*"(?:[^"\\]|\\.)*"/g);
  return [];
}

/**
 * @param {string} file
 * @param {string} source
 * @returns {Text[]}
 */
function ofTypeScript(file, source) {
  const tree = parseSource(file, source);
  /** @type {Map<number, { text: string, isComment: boolean }>} */
  const found = new Map();
  /** @param {ts.Node} node */
  const visit = (node) => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(source, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(source, node.getEnd()) ?? []),
    ];
    for (const { pos, end } of ranges)
      found.set(pos, { text: withoutCode(commentText(source.slice(pos, end))), isComment: true });
    const text = stringText(node);
    if (text !== undefined && text.trim().includes(' ') && !NOT_PROSE.test(text) && !SQL.test(text))
      found.set(node.getStart(tree), { text: withoutCode(text), isComment: false });
    // All tokens, not only nodes: comments also precede brackets and keywords.
    for (const child of node.getChildren(tree)) visit(child);
  };
  visit(tree);
  return joinLineComments(
    [...found]
      .sort(([a], [b]) => a - b)
      .map(([at, part]) => ({ ...part, line: tree.getLineAndCharacterOfPosition(at).line + 1 })),
  );
}

/**
 * Joins `//` comments on consecutive lines: a sentence may continue on the next line.
 * @param {readonly Text[]} texts
 * @returns {Text[]}
 */
function joinLineComments(texts) {
  /** @type {Text[]} */
  const joined = [];
  for (const text of texts) {
    const last = joined.at(-1);
    const isNext = last !== undefined && last.line + last.text.split('\n').length === text.line;
    if (last?.isComment && text.isComment && isNext) last.text += `\n${text.text}`;
    else joined.push({ ...text });
  }
  return joined;
}

/** @param {ts.Node} node */
function stringText(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('');
  return undefined;
}

/** @param {string} comment */
function commentText(comment) {
  return comment
    .replace(/^\/\/|^\/\*\*?|\*\/$/g, '')
    .replace(/\n\s*\* ?/g, '\n')
    .replace(/@(?:param|type|returns|typedef|template)\s*\{[^\n]*?\}(?=\s|$)/g, '');
}

/**
 * Returns the prose outside fenced and inline code, links without their targets, by paragraph.
 * @param {string} source
 * @returns {Text[]}
 */
function ofMarkdown(source) {
  const blanked = source
    .replace(FENCE, lineBreaksOf)
    .replace(INLINE_CODE, (code) => `…${lineBreaksOf(code)}`)
    .replace(/\]\([^()\s]+\)/g, ']')
    .replace(/<!--[\s\S]*?-->/g, lineBreaksOf);
  return ofParagraphs(blanked);
}

/**
 * Returns the text of an Angular template, with the attributes and literals that users see.
 * @param {string} source
 * @returns {Text[]}
 */
function ofTemplate(source) {
  const literals = ofMatches(
    source,
    /'[^'\n]* [^'\n]*'|(?:aria-label|title|alt|placeholder|label|heading|hint|text|matTooltip|aria-description)="[^"]*"/g,
  );
  const prose = source
    .replace(/<!--([\s\S]*?)-->/g, '$1')
    .replace(/\{\{[\s\S]*?\}\}/g, (code) => `…${lineBreaksOf(code)}`)
    .replace(/<[a-zA-Z/][^>]*>/g, lineBreaksOf)
    .replace(
      /@(?:if|else if|for|switch|case|let|defer)\b[^{\n;]*[{;]|@else\b[^{]*\{|@(?:empty|default|placeholder)\b[^{]*\{/g,
      lineBreaksOf,
    );
  return [...ofParagraphs(prose), ...literals];
}

/**
 * A paragraph ends at a blank line, and before a list item, a heading and a row of a table.
 * @param {string} source
 * @returns {Text[]}
 */
function ofParagraphs(source) {
  /** @type {Text[]} */
  const paragraphs = [];
  let isOpen = false;
  for (const { line, text } of ofLines(source)) {
    const isBlank = text.trim() === '';
    const begins = /^\s*(?:[-*+] |\d+\. |#|\|)/.test(text);
    if (isOpen && !isBlank && !begins) paragraphs[paragraphs.length - 1].text += `\n${text}`;
    else if (!isBlank) paragraphs.push({ line, text, isComment: false });
    isOpen = !isBlank && !/^\s*[#|]/.test(text);
  }
  return paragraphs;
}

/**
 * @param {string} source
 * @returns {Text[]}
 */
function ofLines(source) {
  return source.split('\n').map((text, index) => ({ line: index + 1, text: withoutCode(text), isComment: false }));
}

/**
 * @param {string} source
 * @param {RegExp} pattern
 * @returns {Text[]}
 */
function ofMatches(source, pattern) {
  return [...source.matchAll(pattern)].map((match) => ({
    line: source.slice(0, match.index).split('\n').length,
    text: withoutCode(match[0]),
    isComment: /^(?:\/\/|\/\*)/.test(match[0]),
  }));
}

/** @param {string} text */
function withoutCode(text) {
  return text.replace(/`[^`]*`/g, (code) => `…${lineBreaksOf(code)}`).replace(/https?:\/\/\S+/g, '…');
}
