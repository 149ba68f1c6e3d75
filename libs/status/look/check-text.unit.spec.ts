import { SHOWN_CHECK_REASONS } from '@icmp-mon/status/contract';
import { expect, it } from 'vitest';
import { answerText, checkNameText, checkReasonText, checkStatusText } from './check-text';

it('checks have a text for each status, reason and answer', () => {
  expect(checkStatusText('as_expected')).toBe('as expected');
  expect(SHOWN_CHECK_REASONS.map(checkReasonText).every((text) => text.includes(' '))).toBe(true);
  expect(checkNameText({ type: 'tcp_connect', port: 23 })).toBe('tcp_connect 23');
  expect(checkNameText({ type: 'icmp_ping', port: null })).toBe('icmp_ping');
  const answer = { agentId: 'a', agentName: 'fra-1', at: '', outcome: 'reply', rttUs: 1_840 } as const;
  expect(answerText(answer)).toBe('fra-1: reply in 1.8 ms');
  expect(answerText({ ...answer, outcome: 'mismatch', rttUs: null })).toBe('fra-1: mismatch');
});
