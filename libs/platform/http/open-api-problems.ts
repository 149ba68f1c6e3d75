import { isObject, type JsonObject } from './json-value';
import { PROBLEM_TYPE } from './problem';

const INSTANCE = 'urn:uuid:01936d2e-7c1a-7b3e-9a51-0242ac120002';

/** Schema of every error response. */
export const PROBLEM_SCHEMA: JsonObject = {
  type: 'object',
  description:
    'Problem document (RFC 9457). Some problems have further members, such as the id of the resource that already exists.',
  required: ['type', 'title', 'status', 'detail', 'code'],
  additionalProperties: true,
  properties: {
    type: { type: 'string', description: 'URI of the problem type.' },
    title: { type: 'string', description: 'Short summary of the problem type.' },
    status: { type: 'integer', description: 'HTTP status.' },
    detail: { type: 'string', description: 'What is wrong, and what to do.' },
    code: { type: 'string', description: 'Machine-readable problem type.' },
    instance: { type: 'string', description: 'Request id, as written to the logs.' },
    errors: {
      type: 'array',
      description: 'Fields that are not valid.',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: {
            type: 'string',
            description: 'JSON pointer into the body (#/ip), or ?name for a query parameter.',
          },
          detail: { type: 'string', description: 'What is wrong with the field.' },
        },
      },
    },
  },
};

interface DocumentedProblem {
  status: number;
  description: string;
  title: string;
  code: string;
  detail: string;
  members?: JsonObject;
  headers?: Readonly<Record<string, string>>;
  /** Returns whether an operation can answer with this problem; a route declares others, as by `@ApiNotFoundResponse()`. */
  isOf(operation: JsonObject, path: string, method: string): boolean;
}

const parametersOf = (operation: JsonObject): JsonObject[] =>
  Array.isArray(operation['parameters']) ? operation['parameters'].filter(isObject) : [];
const hasParameter = (operation: JsonObject, name: string): boolean =>
  parametersOf(operation).some((parameter) => parameter['name'] === name);
const isSecured = ({ security }: JsonObject): boolean => !(Array.isArray(security) && security.length === 0);
const hasBody = ({ requestBody }: JsonObject): boolean => requestBody !== undefined;
const isWrite = (method: string): boolean => method !== 'get';
const isAny = (): boolean => true;

/** Error responses by status, with an example of each. */
const PROBLEMS: readonly DocumentedProblem[] = [
  {
    ...{ status: 400, description: 'The request is not valid.', title: 'The request is not valid', code: 'invalid' },
    detail: 'The query is not valid: see errors (limt).',
    members: { errors: [{ pointer: '?limt', detail: 'There is no parameter "limt"; did you mean "limit"?' }] },
    isOf: (operation) => hasBody(operation) || parametersOf(operation).length > 0,
  },
  {
    ...{ status: 401, description: 'Not logged in.', title: 'Not logged in', code: 'unauthenticated' },
    detail: 'Log in, or send an API key as "Authorization: Bearer imk_…".',
    headers: { 'WWW-Authenticate': 'Accepted kind of credentials.' },
    isOf: (operation, path) => isSecured(operation) || path.includes('/auth/'),
  },
  {
    ...{ status: 403, description: 'The caller lacks the permission.', title: 'Not allowed', code: 'forbidden' },
    detail: 'This requires the permission targets:write, which the role viewer does not have.',
    isOf: isSecured,
  },
  {
    ...{ status: 404, description: 'The resource does not exist.', title: 'Not found', code: 'not_found' },
    detail: '192.0.2.7 is not a target.',
    isOf: (operation, path) => path.includes('{') || hasParameter(operation, 'around'),
  },
  {
    ...{
      status: 409,
      description: 'The request conflicts with the current state.',
      title: 'Conflict with the current state',
      code: 'conflict',
    },
    detail: '192.0.2.7 is already a target in VRF default: 01936d2e-7c1a-7b3e-9a51-0242ac120002.',
    members: {
      errors: [{ pointer: '#/ip', detail: 'is already target 01936d2e-7c1a-7b3e-9a51-0242ac120002' }],
      targetId: '01936d2e-7c1a-7b3e-9a51-0242ac120002',
      target: '/api/v1/targets/01936d2e-7c1a-7b3e-9a51-0242ac120002',
    },
    isOf: (operation, _path, method) => (isWrite(method) && isSecured(operation)) || hasParameter(operation, 'vrf'),
  },
  {
    ...{
      status: 412,
      description: 'The resource has changed: its version is not the one in If-Match.',
      title: 'Changed in the meantime',
      code: 'precondition_failed',
    },
    detail: 'target 01936d2e-7c1a-7b3e-9a51-0242ac120002 is at version 4, not 3. Read it again and retry.',
    isOf: (operation) => hasParameter(operation, 'If-Match'),
  },
  {
    ...{ status: 413, description: 'The body is too large.', title: 'Too large', code: 'too_large' },
    detail: 'The body is larger than 1048576 bytes, the limit of this request. Send less.',
    isOf: hasBody,
  },
  {
    ...{ status: 415, description: 'The body is not JSON in UTF-8.', title: 'Unsupported media type' },
    code: 'unsupported_media_type',
    detail: 'The body is compressed. Send it uncompressed, without Content-Encoding.',
    isOf: hasBody,
  },
  {
    ...{ status: 429, description: 'Too many requests.', title: 'Too many requests', code: 'too_many_requests' },
    detail: 'More than 5000 requests came from this address in 10 s, the limit. Try again in 7 s.',
    headers: { 'Retry-After': 'Seconds to wait.' },
    isOf: isAny,
  },
  {
    ...{
      status: 431,
      description: 'The request line and headers are too large.',
      title: 'Too large',
      code: 'too_large',
    },
    detail: 'The request headers exceed 16 KiB, the limit. Send fewer cookies.',
    isOf: isAny,
  },
  {
    ...{
      status: 503,
      description: 'A dependency does not answer, or a limit is reached.',
      title: 'Temporarily unavailable',
    },
    ...{ code: 'unavailable', detail: 'The control database does not answer. Try again in a few seconds.' },
    headers: { 'Retry-After': 'Seconds to wait.' },
    isOf: isAny,
  },
];

const nameOf = (status: number): string => `Problem${status}`;

function content(example: JsonObject): JsonObject {
  return { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' }, example } };
}

/** Returns the error responses that operations refer to, by name. */
export function problemResponses(): JsonObject {
  const responses = PROBLEMS.map(({ status, description, title, code, detail, members, headers }) => {
    const example = {
      type: `urn:icmpmon:problem:${code}`,
      title,
      status,
      detail,
      code,
      instance: INSTANCE,
      ...members,
    };
    const documented = Object.entries(headers ?? {}).map(([name, text]) => [
      name,
      { description: text, schema: { type: 'string' } },
    ]);
    const answer: JsonObject = { description, content: content(example) };
    if (documented.length > 0) answer['headers'] = Object.fromEntries(documented) as JsonObject;
    return [nameOf(status), answer];
  });
  return Object.fromEntries(responses) as JsonObject;
}

/** Returns the error responses of an operation, and `default` for all other errors. */
export function problemsOf(operation: JsonObject, { path, method }: { path: string; method: string }): JsonObject {
  const declared = isObject(operation['responses']) ? operation['responses'] : {};
  const known = PROBLEMS.filter(
    (problem) => problem.isOf(operation, path, method) || declared[problem.status] !== undefined,
  );
  const references = known.map(({ status }) => [status, { $ref: `#/components/responses/${nameOf(status)}` }]);
  const example = {
    ...{ type: 'about:blank', title: 'Internal server error', status: 500, code: 'internal', instance: INSTANCE },
    detail: 'The request failed on the server. Search the log of the server for the request id.',
  };
  return {
    ...(Object.fromEntries(references) as JsonObject),
    default: { description: 'Any other error.', content: content(example) },
  };
}
