/** An error response of the API (RFC 9457), reduced to the members that pages show. */
export interface Problem {
  /** HTTP status; 0 when the server was not reached. */
  status: number;
  title: string;
  detail: string;
  /** Messages by field: the JSON pointer's last part, or '' for the whole body. */
  fields: Record<string, string>;
  /** The same messages by their whole JSON pointer. */
  pointers: Readonly<Record<string, string>>;
  /** Other text members of the response, by name. */
  more: Readonly<Record<string, string>>;
}

/** Converts a failed request (shaped like Angular's HttpErrorResponse) into a Problem that can be shown without changes. */
export function readProblem(failure: unknown): Problem {
  const status = numberAt(failure, 'status') ?? 0;
  const body = at(failure, 'error');
  const title = textAt(body, 'title') ?? titleOf(status);
  const detail = textAt(body, 'detail') ?? adviceOf(status);
  const errors = errorsIn(body);
  const fields = textsBy(errors, (pointer) => pointer.replace(/^#?\//, '').split('/')[0] ?? '');
  return { status, title, detail, fields, pointers: textsBy(errors, (pointer) => pointer), more: furtherTexts(body) };
}

/** Returns a problem as sentences. */
export function problemText({ title, detail }: Problem): string {
  return `${title}. ${detail}`;
}

interface PointedError {
  pointer: string;
  detail: string;
}

function errorsIn(body: unknown): PointedError[] {
  const errors = at(body, 'errors');
  if (!Array.isArray(errors)) return [];
  return errors.slice(0, 50).flatMap((error) => {
    const detail = textAt(error, 'detail');
    return detail === undefined ? [] : [{ pointer: textAt(error, 'pointer') ?? '', detail }];
  });
}

function textsBy(errors: readonly PointedError[], keyOf: (pointer: string) => string): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const { pointer, detail } of errors) {
    const key = keyOf(pointer);
    texts[key] = texts[key] === undefined ? detail : `${texts[key]} ${detail}`;
  }
  return texts;
}

/** Most text members that are kept of a response. */
const MEMBERS_MAX = 20;
/** Members that RFC 9457 defines. */
const STANDARD_MEMBERS = ['type', 'title', 'detail', 'instance'];

function furtherTexts(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {};
  const texts = Object.entries(body).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && !STANDARD_MEMBERS.includes(entry[0]),
  );
  return Object.fromEntries(texts.slice(0, MEMBERS_MAX));
}

function titleOf(status: number): string {
  if (status === 0) return 'The server cannot be reached';
  if (status === 401) return 'Your session has ended';
  if (status === 403) return 'Permission denied';
  if (status === 404) return 'Not found';
  if (status === 429) return 'Too many requests';
  if (status >= 500) return 'The server reported an error';
  return 'The request was refused';
}

function adviceOf(status: number): string {
  if (status === 0) return 'Check your connection and that the api process runs, then try again.';
  if (status === 401) return 'Sign in again.';
  if (status === 403) return 'Ask an administrator for permission.';
  if (status === 404) return 'It may have been removed. Check the address.';
  if (status === 429) return 'Wait a moment, then try again.';
  if (status >= 500) return 'Try again in a few seconds. If the error persists, check the log of the api process.';
  return `The server responded with status ${status}.`;
}

function at(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}

function textAt(value: unknown, name: string): string | undefined {
  const found = at(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function numberAt(value: unknown, name: string): number | undefined {
  const found = at(value, name);
  return typeof found === 'number' ? found : undefined;
}
