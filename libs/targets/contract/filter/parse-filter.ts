import { readRange } from './address-range';
import { FaultFound, type FilterFault, operatorsOf, refused, unexpected, type Wanted } from './fault';
import { misspeltField } from './tag-keys';
import {
  FILTER_FIELDS,
  FILTER_NESTING_MAX,
  type FilterField,
  type FilterSubject,
  type FilterTerm,
  isField,
  isOptional,
  onlyValuesOf,
  TAG_KEY,
  TAG_PREFIX,
  type TargetFilter,
} from './target-filter';
import { TokenReader } from './token-reader';
import { isKeyword, type Token } from './tokens';

export type ParsedFilter = { ok: true; filter: TargetFilter } | { ok: false; fault: FilterFault };

/** Parses a filter; docs/filter-language.md has the grammar. `without` are fields that the list does not have. */
export function parseFilter(text: string, without: readonly FilterField[] = []): ParsedFilter {
  const found = firstFault(text, without);
  return found instanceof FaultFound ? { ok: false, fault: found.fault } : { ok: true, filter: found };
}

/** Returns the filter, or its first fault with the alternatives at that place. */
export function firstFault(text: string, without: readonly FilterField[] = []): TargetFilter | FaultFound {
  try {
    return new FilterParser(text, without).parseAll();
  } catch (error) {
    if (error instanceof FaultFound) return error;
    throw error;
  }
}

/** Returns a filter that joins parts by AND or OR; parts of the same kind are merged. */
export function joined(kind: 'and' | 'or', parts: readonly TargetFilter[]): TargetFilter {
  const [first, second] = parts;
  if (first !== undefined && second === undefined) return first;
  return { kind, parts: parts.flatMap((part) => (part.kind === kind ? part.parts : [part])) };
}

const withoutText = (without: readonly FilterField[]): string =>
  `a field of this list (${FILTER_FIELDS.filter((field) => !without.includes(field)).join(', ')}) or the key of a tag`;

const negated = (part: TargetFilter): TargetFilter => (part.kind === 'not' ? part.part : { kind: 'not', part });

/** Recursive descent: one method per rule of the grammar. */
class FilterParser {
  private readonly tokens: TokenReader;

  constructor(
    text: string,
    private readonly without: readonly FilterField[],
  ) {
    this.tokens = new TokenReader(text);
  }

  parseAll(): TargetFilter {
    const filter = this.parseOr(0);
    if (this.token.kind !== 'end') throw unexpected(this.token, { kind: 'connector', inParentheses: false });
    return filter;
  }

  private get token(): Token {
    return this.tokens.current;
  }

  private parseOr(depth: number): TargetFilter {
    const parts = [this.parseAnd(depth)];
    while (this.tokens.takeKeyword('OR')) parts.push(this.parseAnd(depth));
    return joined('or', parts);
  }

  private parseAnd(depth: number): TargetFilter {
    const parts = [this.parseNot(depth)];
    while (this.tokens.takeKeyword('AND')) parts.push(this.parseNot(depth));
    return joined('and', parts);
  }

  private parseNot(depth: number): TargetFilter {
    const isNested = this.tokens.isKeywordHere('NOT') || this.tokens.isSymbolHere('(');
    if (isNested && depth === FILTER_NESTING_MAX) {
      throw refused(this.token, `at most ${FILTER_NESTING_MAX} levels of parentheses and NOT`);
    }
    if (this.tokens.takeKeyword('NOT')) return negated(this.parseNot(depth + 1));
    if (!this.tokens.takeSymbol('(')) return this.parseTerm();
    const filter = this.parseOr(depth + 1);
    if (!this.tokens.takeSymbol(')')) throw unexpected(this.token, { kind: 'connector', inParentheses: true });
    return filter;
  }

  private parseTerm(): TargetFilter {
    const subject = this.parseSubject();
    if (this.tokens.takeSymbol('=')) return this.parseValue(subject);
    if (this.tokens.takeSymbol('!=')) return negated(this.parseValue(subject));
    if (this.tokens.takeKeyword('IN')) return this.parseList(subject);
    const hasPatterns = operatorsOf(subject).includes('~');
    if (!hasPatterns || !this.tokens.takeSymbol('~')) throw unexpected(this.token, { kind: 'operator', subject });
    return { kind: 'like', subject, pattern: this.tokens.readText({ kind: 'pattern', subject }).text };
  }

  private parseSubject(): FilterSubject {
    const { token } = this;
    if (token.kind !== 'word' || isKeyword(token.text.toUpperCase())) throw unexpected(token, { kind: 'term' });
    this.tokens.skip();
    const field = token.text.toLowerCase();
    if (isField(field)) {
      if (this.without.includes(field)) throw refused(token, withoutText(this.without));
      return field;
    }
    const hasPrefix = field.startsWith(TAG_PREFIX);
    const key = hasPrefix ? token.text.slice(TAG_PREFIX.length) : token.text;
    if (!TAG_KEY.test(key)) throw unexpected(token, { kind: 'term' });
    const meant = hasPrefix ? null : misspeltField(key);
    if (meant !== null) throw refused(token, `a field, or ${TAG_PREFIX}${key} for a tag with this key`, meant);
    return `${TAG_PREFIX}${key}`;
  }

  private parseValue(subject: FilterSubject): FilterTerm {
    const { token } = this;
    const wanted: Wanted = { kind: 'value', subject };
    if (token.kind === 'word' && token.text === '*') {
      if (!isOptional(subject)) throw refused(token, `a value: every target has ${subject}`);
      this.tokens.skip();
      this.tokens.countTerm(token);
      return { kind: 'present', subject };
    }
    if (subject === 'ip') return { kind: 'within', ranges: [this.readAddresses(wanted, false)] };
    return { kind: 'oneOf', subject, values: [this.readValue(wanted, subject)] };
  }

  private parseList(subject: FilterSubject): FilterTerm {
    const start: Wanted = { kind: 'listStart', subject };
    if (!this.tokens.takeSymbol('(')) {
      if (subject !== 'ip') throw unexpected(this.token, start);
      return { kind: 'within', ranges: [this.readAddresses(start, true)] };
    }
    const values = new Set<string>();
    do {
      const wanted: Wanted = { kind: 'listValue', subject };
      values.add(subject === 'ip' ? this.readAddresses(wanted, true) : this.readValue(wanted, subject));
    } while (this.tokens.takeSymbol(','));
    if (!this.tokens.takeSymbol(')')) throw unexpected(this.token, { kind: 'listEnd', subject });
    return subject === 'ip' ? { kind: 'within', ranges: [...values] } : { kind: 'oneOf', subject, values: [...values] };
  }

  private readValue(wanted: Wanted, subject: FilterSubject): string {
    if (subject === 'parent') return this.readAddresses(wanted, false);
    const token = this.tokens.readText(wanted);
    const values = onlyValuesOf(subject);
    if (values !== null) {
      const value = values.find((name) => name === token.text.toLowerCase());
      if (value === undefined) throw unexpected(token, wanted);
      return value;
    }
    if (token.kind === 'word' && /[*?]/.test(token.text)) {
      throw refused(token, 'a value in quotes, or a pattern after ~', `~ ${token.text}`);
    }
    return token.text;
  }

  private readAddresses(wanted: Wanted, mayBeRange: boolean): string {
    const token = this.tokens.readText(wanted);
    const verdict = readRange(token.text);
    const canonical = verdict.ok ? token.text : verdict.canonical;
    if (canonical === null) throw unexpected(token, wanted);
    if (!mayBeRange && canonical.includes('/')) {
      const hasRanges = 'subject' in wanted && wanted.subject === 'ip';
      throw refused(token, 'an address', hasRanges ? `ip IN ${canonical}` : null);
    }
    if (!verdict.ok) throw refused(token, `the canonical form ${canonical}`, canonical);
    return canonical;
  }
}
