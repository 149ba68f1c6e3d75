import { AGENT_NAME_RULE, type AgentDescription, type EnrolRequest, isAgentName } from '@icmp-mon/agents/contract';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import { isCleanText } from '@icmp-mon/platform/text';

const PLACE_LENGTH_MAX = 64;
const TAGS_MAX = 32;
const TAG = /^[\w.:/-]{1,64}$/;
const TAG_VALUE_LENGTH_MAX = 200;
const PEM_LENGTH_MAX = 8_192;
const TAGS_RULE = `is an object of at most ${TAGS_MAX} tags: key of letters, digits and _.:/-, value a text of at most ${TAG_VALUE_LENGTH_MAX} without control characters`;

/**
 * Reads the body of `POST /v1/enrol`.
 * @throws DomainError `invalid` with a pointer for each field
 */
export function readEnrolRequest(body: unknown): EnrolRequest {
  const fields = new BodyFields(body);
  const request = {
    token: fields.text('token', PLACE_LENGTH_MAX),
    csrPem: fields.pem('csrPem'),
    ...descriptionOf(fields),
    agentVersion: fields.text('agentVersion', PLACE_LENGTH_MAX),
  };
  fields.requireGood('The enrolment cannot be read: see errors.');
  return request;
}

/**
 * Reads the body of `POST /v1/description`.
 * @throws DomainError `invalid` with a pointer for each field
 */
export function readDescription(body: unknown): AgentDescription {
  const fields = new BodyFields(body);
  const description = descriptionOf(fields);
  fields.requireGood('The description cannot be read: see errors.');
  return description;
}

function descriptionOf(fields: BodyFields): AgentDescription {
  return {
    name: fields.text('name', PLACE_LENGTH_MAX, isAgentName, AGENT_NAME_RULE),
    region: fields.text('region', PLACE_LENGTH_MAX),
    provider: fields.text('provider', PLACE_LENGTH_MAX),
    tags: fields.tags('tags'),
  };
}

/** The members of a JSON object, read one by one; what is wrong is collected. */
export class BodyFields {
  private readonly errors: FieldError[] = [];
  private readonly body: Record<string, unknown>;

  /** @throws DomainError `invalid` if it is no object */
  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null) throw new DomainError('invalid', 'Send a JSON object.');
    this.body = body as Record<string, unknown>;
  }

  has(field: string): boolean {
    return Object.hasOwn(this.body, field) && this.body[field] !== undefined;
  }

  text(
    field: string,
    lengthMax: number,
    isGood: (text: string) => boolean = () => true,
    rule = `is a text of 1 to ${lengthMax} characters without control characters`,
  ): string {
    const value = this.body[field];
    if (isCleanText(value, lengthMax) && value.length > 0 && isGood(value)) return value;
    this.errors.push({ pointer: `#/${field}`, detail: rule });
    return '';
  }

  /** Has line ends. */
  pem(field: string): string {
    const value = this.body[field];
    if (typeof value === 'string' && value.length > 0 && value.length <= PEM_LENGTH_MAX) return value;
    this.errors.push({ pointer: `#/${field}`, detail: `is a text of 1 to ${PEM_LENGTH_MAX} characters` });
    return '';
  }

  tags(field: string): Record<string, string> {
    const value = this.body[field];
    if (areTags(value)) return value;
    this.errors.push({ pointer: `#/${field}`, detail: TAGS_RULE });
    return {};
  }

  /** @throws DomainError `invalid` if a field could not be read */
  requireGood(detail: string): void {
    if (this.errors.length > 0) throw new DomainError('invalid', detail, this.errors);
  }
}

function areTags(tags: unknown): tags is Record<string, string> {
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) return false;
  const entries = Object.entries(tags);
  return (
    entries.length <= TAGS_MAX &&
    entries.every(([key, value]) => TAG.test(key) && isCleanText(value, TAG_VALUE_LENGTH_MAX))
  );
}
