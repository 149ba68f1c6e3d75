import { FaultFound, operatorsOf, type Wanted } from './fault';
import { subjectText } from './filter-text';
import { firstFault } from './parse-filter';
import {
  FILTER_FIELDS,
  type FilterField,
  type FilterSubject,
  isOptional,
  onlyValuesOf,
  TAG_PREFIX,
  tagKeyOf,
} from './target-filter';
import { quoted, tokensOf } from './tokens';

/** Names that completion offers in addition to those of the grammar. */
export interface FilterVocabulary {
  /** Fields that are offered; all unless set. */
  fields?: readonly FilterField[];
  tagKeys: readonly string[];
  /** Returns known values of a tag, or names of tiers, VRFs, agents and targets, owners, and addresses of parents. */
  valuesOf(subject: FilterSubject): readonly string[];
  /** Returns how many targets have a key, or a value of it, as it is shown; null if that is unknown. */
  targetsOf?(key: string, value?: string): string | null;
}

export interface FilterOption {
  kind: 'field' | 'tag' | 'operator' | 'value' | 'keyword';
  label: string;
  /** Text that replaces the part between `from` and `to`. */
  text: string;
  /** How many targets have it, as it is shown; absent if that is unknown. */
  targets?: string;
}

export interface FilterCompletion {
  from: number;
  to: number;
  options: readonly FilterOption[];
}

const OPTIONS_MAX = 20;

/**
 * Returns the texts that the grammar allows at the cursor. The part of the filter before the word at the cursor is parsed; the alternatives
 * at its end are offered. If the word is complete, the alternatives after it are offered instead.
 */
export function completeFilter(text: string, cursor: number, vocabulary: FilterVocabulary): FilterCompletion {
  const before = text.slice(0, cursor);
  const { from, typed } = wordAtEnd(before);
  const options = ranked(optionsAfter(text.slice(0, from), vocabulary), typed);
  const longer = options.filter(({ label }) => label.length > typed.length && startsWith(label, typed));
  const isKnown = options.length === 0 || options.some(({ label }) => label.toLowerCase() === typed.toLowerCase());
  if (typed !== '' && isKnown && longer.length === 0)
    return { from: cursor, to: cursor, options: optionsAfter(before, vocabulary) };
  return { from, to: endOfWord(text, from, cursor), options };
}

/** Tags that would complete a word: keys (`key` is null) or the values of a key. */
export interface AskedTags {
  key: string | null;
  prefix: string;
}

/** Returns the tags that would complete the word at the cursor; null if no tag may be there. */
export function tagsAskedAt(text: string, cursor: number): AskedTags | null {
  const before = text.slice(0, cursor);
  const { from, typed } = wordAtEnd(before);
  const found = firstFault(text.slice(0, from));
  const wanted = found instanceof FaultFound && found.atEnd ? found.wanted : null;
  switch (wanted?.kind) {
    case 'term':
      return { key: null, prefix: typed.toLowerCase().startsWith(TAG_PREFIX) ? typed.slice(TAG_PREFIX.length) : typed };
    case 'value':
    case 'listValue':
    case 'pattern': {
      const key = tagKeyOf(wanted.subject);
      return key === null ? null : { key, prefix: typed.replace(wanted.kind === 'pattern' ? /[*?].*/ : '', '') };
    }
    case 'operator':
    case 'listStart':
    case 'listEnd':
    case 'connector':
    case undefined:
      return null;
  }
}

/** Returns the word, or the string without its closing quote, that ends a text. */
function wordAtEnd(before: string): { from: number; typed: string } {
  const last = tokensOf(before).at(-2);
  const touches = last !== undefined && last.offset + last.length === before.length;
  if (!touches || (last.kind !== 'word' && last.kind !== 'open')) return { from: before.length, typed: '' };
  return { from: last.offset, typed: last.text };
}

/** Returns the end of the word at the cursor. The end of an unclosed string is unknown, so that only the part before the cursor is replaced. */
function endOfWord(text: string, from: number, cursor: number): number {
  const word = tokensOf(text).find(({ kind, offset }) => kind === 'word' && offset === from);
  return word === undefined ? cursor : Math.max(cursor, word.offset + word.length);
}

/** Returns what may follow a text; nothing if it has a fault before its end. */
function optionsAfter(before: string, vocabulary: FilterVocabulary): FilterOption[] {
  const gap = before === '' || /[\s(]$/.test(before) ? '' : ' ';
  const found = firstFault(before);
  if (!(found instanceof FaultFound)) return optionsFor({ kind: 'connector', inParentheses: false }, gap, vocabulary);
  return found.atEnd && found.wanted !== null ? optionsFor(found.wanted, gap, vocabulary) : [];
}

const keyword = (label: string, text: string): FilterOption => ({ kind: 'keyword', label, text });

function optionsFor(wanted: Wanted, gap: string, vocabulary: FilterVocabulary): FilterOption[] {
  switch (wanted.kind) {
    case 'term':
      return [...subjectOptions(vocabulary, gap), keyword('NOT', `${gap}NOT `), keyword('(', `${gap}(`)];
    case 'operator':
      return operatorsOf(wanted.subject).map((label) => operatorOption(label, wanted.subject, gap));
    case 'value': {
      const any: FilterOption[] = isOptional(wanted.subject) ? [{ kind: 'value', label: '*', text: '*' }] : [];
      return [...valueOptions(wanted.subject, vocabulary), ...any];
    }
    case 'listValue':
    case 'pattern':
      return valueOptions(wanted.subject, vocabulary);
    case 'listStart':
      return [keyword('(', `${gap}(`)];
    case 'listEnd':
      return [keyword(',', ', '), keyword(')', ')')];
    case 'connector': {
      const close = wanted.inParentheses ? [keyword(')', ')')] : [];
      return [keyword('AND', `${gap}AND `), keyword('OR', `${gap}OR `), ...close];
    }
  }
}

function subjectOptions(
  { fields: offered = FILTER_FIELDS, tagKeys, targetsOf }: FilterVocabulary,
  gap: string,
): FilterOption[] {
  const fields = offered.map((label): FilterOption => ({ kind: 'field', label, text: gap + label }));
  const keys = tagKeys.map((key): FilterOption => {
    const label = subjectText(`${TAG_PREFIX}${key}`);
    return { kind: 'tag', label, text: gap + label, ...counted(targetsOf?.(key)) };
  });
  return [...fields, ...keys];
}

function operatorOption(label: string, subject: FilterSubject, gap: string): FilterOption {
  const isWord = label === '~' || label === 'IN';
  const list = label === 'IN' && subject !== 'ip' ? '(' : '';
  return { kind: 'operator', label, text: isWord ? `${gap}${label} ${list}` : label };
}

function valueOptions(subject: FilterSubject, vocabulary: FilterVocabulary): FilterOption[] {
  const values = onlyValuesOf(subject) ?? vocabulary.valuesOf(subject);
  const key = tagKeyOf(subject);
  return values.map((label) => {
    const targets = key === null ? null : vocabulary.targetsOf?.(key, label);
    return { kind: 'value', label, text: quoted(label), ...counted(targets) };
  });
}

const counted = (targets: string | null | undefined): { targets?: string } =>
  targets === null || targets === undefined ? {} : { targets };

const startsWith = (label: string, typed: string): boolean => label.toLowerCase().startsWith(typed.toLowerCase());

/** Returns the options that contain the typed text; options that begin with it come first. */
function ranked(options: readonly FilterOption[], typed: string): FilterOption[] {
  const starts = options.filter(({ label }) => startsWith(label, typed));
  const contain = options.filter(({ label }) => label.toLowerCase().indexOf(typed.toLowerCase()) > 0);
  return [...starts, ...contain].slice(0, OPTIONS_MAX);
}
