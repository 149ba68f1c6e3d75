import { isBadValue } from '@icmp-mon/platform/database';
import { DomainError, type ErrorCode } from '@icmp-mon/platform/errors';
import { HttpException } from '@nestjs/common';
import { RequestRefused } from './request-refused';

export const PROBLEM_TYPE = 'application/problem+json';

/** Problem document (RFC 9457). `code` is the machine-readable type; further members come from the error. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  /** Request id, as written to the logs. */
  instance?: string;
  /** `pointer` is a JSON pointer into the body (`#/ip`) or `?name` for a query parameter. */
  errors?: { pointer: string; detail: string }[];
  [member: string]: unknown;
}

/** Members that an error adds to its problem document, such as the id of the resource that already exists. */
export interface ProblemMembers {
  readonly members: Readonly<Record<string, unknown>>;
}

const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  ambiguous: 409,
  precondition_failed: 412,
  too_large: 413,
  precondition_required: 428,
  too_many_requests: 429,
  unavailable: 503,
};

const TITLE_OF: Readonly<Record<ErrorCode, string>> = {
  invalid: 'The request is not valid',
  unauthenticated: 'Not logged in',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  conflict: 'Conflict with the current state',
  ambiguous: 'Ambiguous',
  precondition_failed: 'Changed in the meantime',
  too_large: 'Too large',
  precondition_required: 'A precondition is required',
  too_many_requests: 'Too many requests',
  unavailable: 'Temporarily unavailable',
};

/** Problems of the HTTP protocol itself, by status. */
const REFUSED: Readonly<Record<RequestRefused['status'], { code: string; title: string }>> = {
  405: { code: 'method_not_allowed', title: 'Method not allowed' },
  408: { code: 'timeout', title: 'Request timeout' },
  413: { code: 'too_large', title: TITLE_OF.too_large },
  415: { code: 'unsupported_media_type', title: 'Unsupported media type' },
  431: { code: 'too_large', title: TITLE_OF.too_large },
};

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  412: 'precondition_failed',
  413: 'too_large',
  415: 'invalid',
  422: 'invalid',
  428: 'precondition_required',
  429: 'too_many_requests',
  503: 'unavailable',
};

export const INTERNAL_PROBLEM: Problem = {
  type: 'about:blank',
  title: 'Internal server error',
  status: 500,
  detail: 'The request failed on the server. Search the log of the server for the request id.',
  code: 'internal',
};

/** Fallback for values that pass the checks of the fields, whose errors are more specific, but that the database rejects. */
const BAD_VALUE =
  'The database rejected a value of the request. Check for numbers out of range, control characters and malformed times.';

const problem = (code: ErrorCode, detail: string, status = STATUS_OF[code]): Problem => ({
  type: `urn:icmpmon:problem:${code}`,
  title: TITLE_OF[code],
  status,
  detail,
  code,
});

const hasMembers = (error: object): error is ProblemMembers =>
  'members' in error && typeof error.members === 'object' && error.members !== null;

/** An error of a body parser: it carries a status, and whether its message may be shown to the client. */
interface ExposedError {
  status: number;
  expose: boolean;
  message: string;
  type?: string;
}

const isExposed = (error: unknown): error is ExposedError =>
  error instanceof Error && 'status' in error && 'expose' in error && error.expose === true;

/** Returns the problem document for an error; null for a defect or an unforeseen failure, which the caller must log. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof DomainError) {
    const answer = problem(error.code, error.detail);
    if (error.errors !== undefined) answer.errors = error.errors;
    return hasMembers(error) ? { ...answer, ...error.members } : answer;
  }
  if (error instanceof RequestRefused) {
    const { code, title } = REFUSED[error.status];
    return { type: `urn:icmpmon:problem:${code}`, title, status: error.status, detail: error.detail, code };
  }
  if (error instanceof HttpException) {
    const status = error.getStatus();
    const code = CODE_OF_STATUS[status];
    if (code === undefined) return null;
    return problem(code, error.message.replace(/^Cannot (\w+) (.*)$/, 'There is no $1 $2.'), status);
  }
  if (isExposed(error) && error.status < 500) {
    const code = CODE_OF_STATUS[error.status] ?? 'invalid';
    const detail =
      error.type === 'entity.parse.failed' ? `The body is not valid JSON: ${error.message}` : error.message;
    return problem(code, detail, error.status);
  }
  if (isBadValue(error)) return problem('invalid', BAD_VALUE);
  return null;
}
