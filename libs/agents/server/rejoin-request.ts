import { isAgentName, type RejoinRequest } from '@icmp-mon/agents/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { BodyFields } from './enrol-request';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NONCE_LENGTH_MAX = 128;
const SIGNATURE_LENGTH_MAX = 256;

/**
 * Parses the body of `POST /v1/rejoin`.
 * @throws DomainError `invalid` with a pointer for each field
 */
export function readRejoinRequest(body: unknown): RejoinRequest {
  const fields = new BodyFields(body);
  if (fields.has('agentId') === fields.has('name')) {
    throw new DomainError('invalid', 'Send exactly one of agentId and name.', [
      { pointer: '#/agentId', detail: 'or #/name' },
    ]);
  }
  const request: RejoinRequest = {
    ...(fields.has('agentId')
      ? { agentId: fields.textField('agentId', 36, (text) => UUID.test(text), 'must be a UUID') }
      : { name: fields.textField('name', 64, isAgentName) }),
    nonce: fields.textField('nonce', NONCE_LENGTH_MAX),
    csrPem: fields.pem('csrPem'),
    ...(fields.has('certificatePem') && { certificatePem: fields.pem('certificatePem') }),
    signature: fields.textField('signature', SIGNATURE_LENGTH_MAX),
  };
  fields.requireGood('The rejoin request is not valid: see "errors".');
  return request;
}
