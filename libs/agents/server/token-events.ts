import { ENROLMENT_TOKEN_STREAM, type EnrolmentTokenEvent } from '@icmp-mon/agents/contract';
import type { Aggregate } from '@icmp-mon/platform/event-store';

type TokenRecord = 'absent' | 'made' | 'revoked';

/**
 * Audit record of which user created and revoked which token, without secrets. The table `enrolment_token` decides whether a token is
 * valid.
 */
export const ENROLMENT_TOKEN: Aggregate<TokenRecord, EnrolmentTokenEvent> = {
  category: ENROLMENT_TOKEN_STREAM,
  initial: 'absent',
  evolve: (record, { type }) => {
    switch (type) {
      case 'EnrolmentTokenMade':
        return 'made';
      case 'EnrolmentTokenRevoked':
        return 'revoked';
      default:
        return ignored(type, record);
    }
  },
};

export const issueToken = (
  record: TokenRecord,
  data: Extract<EnrolmentTokenEvent, { type: 'EnrolmentTokenMade' }>['data'],
): EnrolmentTokenEvent[] => (record === 'absent' ? [{ type: 'EnrolmentTokenMade', data }] : []);

export const revokeToken = (record: TokenRecord, tokenId: string): EnrolmentTokenEvent[] =>
  record === 'revoked' ? [] : [{ type: 'EnrolmentTokenRevoked', data: { tokenId } }];

/** Ignores events of a newer release. */
function ignored(_type: never, record: TokenRecord): TokenRecord {
  return record;
}
