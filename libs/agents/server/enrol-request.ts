import type { EnrolRequest } from '@icmp-mon/agents/contract';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import { isCleanText } from '@icmp-mon/platform/text';

const NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i;
const PLACE_LENGTH_MAX = 64;
const TAGS_MAX = 32;
const TAG = /^[\w.:/-]{1,64}$/;
const TAG_VALUE_LENGTH_MAX = 200;
const PEM_LENGTH_MAX = 8_192;

/**
 * Reads the body of `POST /v1/enrol`.
 * @throws DomainError `invalid` with a pointer for each field
 */
export function readEnrolRequest(body: unknown): EnrolRequest {
  if (typeof body !== 'object' || body === null) throw new DomainError('invalid', 'Send a JSON object.');
  const { token, csrPem, name, region, provider, tags, agentVersion } = body as Record<string, unknown>;
  const errors: FieldError[] = [];
  const text = (field: string, value: unknown, lengthMax: number): void => {
    if (isCleanText(value, lengthMax) && value.length > 0) return;
    errors.push({
      pointer: `#/${field}`,
      detail: `is a text of 1 to ${lengthMax} characters without control characters`,
    });
  };
  text('token', token, PLACE_LENGTH_MAX);
  text('region', region, PLACE_LENGTH_MAX);
  text('provider', provider, PLACE_LENGTH_MAX);
  text('agentVersion', agentVersion, PLACE_LENGTH_MAX);
  if (typeof csrPem !== 'string' || csrPem.length === 0 || csrPem.length > PEM_LENGTH_MAX) {
    errors.push({ pointer: '#/csrPem', detail: `is a text of 1 to ${PEM_LENGTH_MAX} characters` });
  }
  if (typeof name !== 'string' || !NAME.test(name)) {
    errors.push({ pointer: '#/name', detail: 'is letters, digits, dots and hyphens, at most 63' });
  }
  if (!areTags(tags)) {
    const detail = `is an object of at most ${TAGS_MAX} tags: key of letters, digits and _.:/-, value a text without control characters`;
    errors.push({ pointer: '#/tags', detail });
  }
  if (errors.length > 0) throw new DomainError('invalid', 'The enrolment cannot be read: see errors.', errors);
  return { token, csrPem, name, region, provider, tags, agentVersion } as EnrolRequest;
}

function areTags(tags: unknown): boolean {
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) return false;
  const entries = Object.entries(tags);
  return (
    entries.length <= TAGS_MAX &&
    entries.every(([key, value]) => TAG.test(key) && isCleanText(value, TAG_VALUE_LENGTH_MAX))
  );
}
