/** Control characters, among them the NUL that PostgreSQL refuses, and halves of a surrogate pair, which are no characters at all. */
const UNCLEAN = /[\p{Cc}\p{Cs}]/u;
const WHITE_SPACE = /[\t\n\v\f\r\u0085]+/g;

/** Whether a text from outside can be stored, shown in one line and sent on as it is. */
export function isCleanText(value: unknown, lengthMax: number): value is string {
  return typeof value === 'string' && value.length <= lengthMax && !UNCLEAN.test(value);
}

/** A message of a program as one line: its line ends and tabs become spaces. */
export function inOneLine(message: string): string {
  return message.replaceAll(WHITE_SPACE, ' ').trim();
}
