import { isObject, type JsonObject } from './json-value';
import { PROBLEM_TYPE } from './problem';

const INSTANCE = 'urn:uuid:01936d2e-7c1a-7b3e-9a51-0242ac120002';

/** Schema of every error answer. */
export const PROBLEM_SCHEMA: JsonObject = {
  type: 'object',
  description: 'Problem document (RFC 9457). Some have further members, such as the ids of what is there already.',
  required: ['type', 'title', 'status', 'detail', 'code'],
  additionalProperties: true,
  properties: {
    type: { type: 'string', description: 'Names the kind of the problem.' },
    title: { type: 'string', description: 'The kind of the problem in words.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    detail: { type: 'string', description: 'What is wrong, and what to do.' },
    code: { type: 'string', description: 'The kind of the problem, for programs.' },
    instance: { type: 'string', description: 'Id of the request, as in the logs.' },
    errors: {
      type: 'array',
      description: 'What is wrong with which field.',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: {
            type: 'string',
            description: 'JSON pointer into the body (#/ip), or ?name for a query parameter.',
          },
          detail: { type: 'string', description: 'What is wrong with it.' },
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
  /** Whether an operation can answer it. */
  isOf(operation: JsonObject, path: string): boolean;
}

const parametersOf = (operation: JsonObject): JsonObject[] =>
  Array.isArray(operation['parameters']) ? operation['parameters'].filter(isObject) : [];
const hasParameter = (operation: JsonObject, name: string): boolean =>
  parametersOf(operation).some((parameter) => parameter['name'] === name);
const isSecured = ({ security }: JsonObject): boolean => !(Array.isArray(security) && security.length === 0);
const hasBody = ({ requestBody }: JsonObject): boolean => requestBody !== undefined;
const isAny = (): boolean => true;

/** Answers to errors, by status, as an example shows them. */
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
    headers: { 'WWW-Authenticate': 'Which credentials are asked for.' },
    isOf: (operation, path) => isSecured(operation) || path.includes('/auth/'),
  },
  {
    ...{ status: 403, description: 'The caller may not do this.', title: 'Not allowed', code: 'forbidden' },
    detail: 'This needs the permission targets:write, which the role viewer does not have.',
    isOf: (operation) => operation['x-permission'] !== undefined,
  },
  {
    ...{ status: 404, description: 'There is no such thing.', title: 'Not found', code: 'not_found' },
    detail: '192.0.2.7 is not a target.',
    isOf: (operation, path) => path.includes('{') || hasParameter(operation, 'around'),
  },
  {
    ...{
      status: 409,
      description: 'It conflicts with what is there.',
      title: 'Conflicts with what is there',
      code: 'conflict',
    },
    detail: '192.0.2.7 is a target in the VRF default already: 01936d2e-7c1a-7b3e-9a51-0242ac120002.',
    members: {
      errors: [{ pointer: '#/ip', detail: 'is target 01936d2e-7c1a-7b3e-9a51-0242ac120002 already' }],
      targetId: '01936d2e-7c1a-7b3e-9a51-0242ac120002',
      target: '/api/v1/targets/01936d2e-7c1a-7b3e-9a51-0242ac120002',
    },
    isOf: (operation) => hasParameter(operation, 'Idempotency-Key') || hasParameter(operation, 'vrf'),
  },
  {
    ...{
      status: 412,
      description: 'It was changed meanwhile.',
      title: 'Changed meanwhile',
      code: 'precondition_failed',
    },
    detail: 'It is at version 4, not 3: read it again.',
    isOf: (operation) => hasParameter(operation, 'If-Match'),
  },
  {
    ...{ status: 413, description: 'The body is too large.', title: 'Too large', code: 'too_large' },
    detail: 'The body of this request has at most 1048576 bytes.',
    isOf: hasBody,
  },
  {
    ...{ status: 415, description: 'The body is no JSON in UTF-8.', title: 'Not a media type of this address' },
    ...{ code: 'unsupported_media_type', detail: 'Send the body uncompressed, without Content-Encoding.' },
    isOf: hasBody,
  },
  {
    ...{ status: 429, description: 'Too many requests.', title: 'Too many requests', code: 'too_many_requests' },
    detail: 'Too many requests. Try again in a few seconds.',
    headers: { 'Retry-After': 'Seconds to wait.' },
    isOf: isAny,
  },
  {
    ...{ status: 503, description: 'Something that is needed is away.', title: 'Not available at the moment' },
    ...{ code: 'unavailable', detail: 'The control database does not answer. Try again in a few seconds.' },
    headers: { 'Retry-After': 'Seconds to wait.' },
    isOf: isAny,
  },
];

const nameOf = (status: number): string => `Problem${status}`;

function content(example: JsonObject): JsonObject {
  return { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' }, example } };
}

/** The answers to errors that operations refer to, by name. */
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

/** Answers to errors of an operation, and what all others look like. */
export function problemsOf(operation: JsonObject, path: string): JsonObject {
  const known = PROBLEMS.filter((problem) => problem.isOf(operation, path));
  const references = known.map(({ status }) => [status, { $ref: `#/components/responses/${nameOf(status)}` }]);
  const example = {
    ...{ type: 'about:blank', title: 'Something broke on our side', status: 500, code: 'internal', instance: INSTANCE },
    detail: 'The request failed for a reason that is in the log of the server under its request id.',
  };
  return {
    ...(Object.fromEntries(references) as JsonObject),
    default: { description: 'Any other error.', content: content(example) },
  };
}
