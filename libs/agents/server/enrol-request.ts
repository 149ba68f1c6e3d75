import {
  AGENT_NAME_RULE,
  AGENT_PLACE_LENGTH_MAX,
  AGENT_TAGS,
  type AgentDescription,
  type EnrolRequest,
  isAgentName,
} from '@icmp-mon/agents/contract';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import { isCleanText, PLAIN_TEXT_RULE, plainTextFault, tagsFault } from '@icmp-mon/platform/text';

const PEM_LENGTH_MAX = 8_192;
const PLACE_RULE = `must be a text of 1 to ${AGENT_PLACE_LENGTH_MAX} characters with ${PLAIN_TEXT_RULE}`;
const isPlain = (text: string): boolean => plainTextFault(text) === null;

/**
 * Parses the body of `POST /v1/enrol`.
 * @throws DomainError `invalid` with a pointer for each field
 */
export function readEnrolRequest(body: unknown): EnrolRequest {
  const fields = new BodyFields(body);
  const request = {
    token: fields.textField('token', AGENT_PLACE_LENGTH_MAX),
    csrPem: fields.pem('csrPem'),
    ...descriptionOf(fields),
    agentVersion: fields.textField('agentVersion', AGENT_PLACE_LENGTH_MAX),
  };
  fields.requireGood('The enrolment request is not valid: see "errors".');
  return request;
}

/**
 * Parses the body of `POST /v1/description`.
 * @throws DomainError `invalid` with a pointer for each field
 */
export function readDescription(body: unknown): AgentDescription {
  const fields = new BodyFields(body);
  const description = descriptionOf(fields);
  fields.requireGood('The description is not valid: see "errors".');
  return description;
}

function descriptionOf(fields: BodyFields): AgentDescription {
  return {
    name: fields.textField('name', AGENT_PLACE_LENGTH_MAX, isAgentName, AGENT_NAME_RULE),
    region: fields.textField('region', AGENT_PLACE_LENGTH_MAX, isPlain, PLACE_RULE),
    provider: fields.textField('provider', AGENT_PLACE_LENGTH_MAX, isPlain, PLACE_RULE),
    tags: fields.tags('tags'),
  };
}

/** Reads the members of a JSON object one by one and collects the errors. */
export class BodyFields {
  private readonly errors: FieldError[] = [];
  private readonly body: Record<string, unknown>;

  /** @throws DomainError `invalid` if the body is not an object */
  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null) throw new DomainError('invalid', 'Send a JSON object.');
    this.body = body as Record<string, unknown>;
  }

  has(field: string): boolean {
    return Object.hasOwn(this.body, field) && this.body[field] !== undefined;
  }

  textField(
    field: string,
    lengthMax: number,
    isGood: (text: string) => boolean = () => true,
    rule = `must be a text of 1 to ${lengthMax} characters without control characters`,
  ): string {
    const value = this.body[field];
    if (isCleanText(value, lengthMax) && value.length > 0 && isGood(value)) return value;
    this.errors.push({ pointer: `#/${field}`, detail: rule });
    return '';
  }

  /** Returns a PEM text, which may contain line breaks. */
  pem(field: string): string {
    const value = this.body[field];
    if (typeof value === 'string' && value.length > 0 && value.length <= PEM_LENGTH_MAX) return value;
    this.errors.push({ pointer: `#/${field}`, detail: `must be a text of 1 to ${PEM_LENGTH_MAX} characters` });
    return '';
  }

  tags(field: string): Record<string, string> {
    const value = this.body[field];
    const fault = tagsFault(value, AGENT_TAGS);
    if (fault === null) return value as Record<string, string>;
    this.errors.push({ pointer: `#/${field}`, detail: fault });
    return {};
  }

  /** @throws DomainError `invalid` if a field was not valid */
  requireGood(detail: string): void {
    if (this.errors.length > 0) throw new DomainError('invalid', detail, this.errors);
  }
}
