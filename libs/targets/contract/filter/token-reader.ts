import { plainTextFault } from '@icmp-mon/platform/text';
import { refused, unexpected, type Wanted } from './fault';
import { FILTER_LENGTH_MAX, FILTER_TERMS_MAX, type Keyword } from './target-filter';
import { isKeyword, type Token, tokensOf } from './tokens';

/** Reads the tokens of a filter in order; every value counts as a term. */
export class TokenReader {
  private readonly tokens: readonly Token[];
  private at = 0;
  private terms = 0;

  /** @throws FaultFound for a text that is too long */
  constructor(text: string) {
    if (text.length > FILTER_LENGTH_MAX) {
      const rest = { text: text.slice(FILTER_LENGTH_MAX), offset: FILTER_LENGTH_MAX };
      throw refused({ kind: 'word', ...rest, length: rest.text.length }, `at most ${FILTER_LENGTH_MAX} characters`);
    }
    this.tokens = tokensOf(text);
  }

  get current(): Token {
    return this.tokens[this.at];
  }

  /** Passes the current token; the end stays the last one. */
  skip(): void {
    this.at = Math.min(this.at + 1, this.tokens.length - 1);
  }

  isKeywordHere(keyword: Keyword): boolean {
    return this.current.kind === 'word' && this.current.text.toUpperCase() === keyword;
  }

  isSymbolHere(symbol: string): boolean {
    return this.current.kind === 'symbol' && this.current.text === symbol;
  }

  takeKeyword(keyword: Keyword): boolean {
    const isHere = this.isKeywordHere(keyword);
    if (isHere) this.skip();
    return isHere;
  }

  takeSymbol(symbol: string): boolean {
    const isHere = this.isSymbolHere(symbol);
    if (isHere) this.skip();
    return isHere;
  }

  /** Reads a value: a word other than a keyword, or a quoted string. */
  readText(wanted: Wanted): Token {
    const token = this.current;
    if (token.kind === 'open') throw refused(token, 'a closing quote');
    const isValue = token.kind === 'string' || (token.kind === 'word' && !isKeyword(token.text.toUpperCase()));
    if (!isValue || token.text === '') throw unexpected(token, wanted);
    const fault = plainTextFault(token.text);
    if (fault !== null) throw refused(token, `plain text: this ${fault}`);
    this.countTerm(token);
    this.skip();
    return token;
  }

  countTerm(token: Token): void {
    this.terms++;
    if (this.terms > FILTER_TERMS_MAX) throw refused(token, `at most ${FILTER_TERMS_MAX} terms`);
  }
}
