/** Control characters, including NUL, which PostgreSQL rejects, and lone surrogates, which are not valid characters. */
const UNCLEAN = /[\p{Cc}\p{Cs}]/u;
const WHITE_SPACE = /[\t\n\v\f\r\u0085]+/g;

/** Returns whether an external text can be stored, displayed in one line and forwarded unchanged. */
export function isCleanText(value: unknown, lengthMax: number): value is string {
  return typeof value === 'string' && value.length <= lengthMax && !UNCLEAN.test(value);
}

/** Returns the message of a program as one line: newlines and tabs become spaces. */
export function inOneLine(message: string): string {
  return message.replaceAll(WHITE_SPACE, ' ').trim();
}
