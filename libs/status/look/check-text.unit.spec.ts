// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { SHOWN_CHECK_REASONS } from '@icmp-mon/status/contract';
import { expect, it } from 'vitest';
import {
  answerText,
  checkNameText,
  checkReasonText,
  checkStatusText,
  evidenceAgentsText,
  evidenceTotalsText,
} from './check-text';

it('checks have a text for each status, reason and answer', () => {
  expect(checkStatusText('as_expected')).toBe('as expected');
  expect(SHOWN_CHECK_REASONS.map(checkReasonText).every((text) => text.includes(' '))).toBe(true);
  expect(checkNameText({ type: 'tcp_connect', port: 23 })).toBe('tcp_connect 23');
  expect(checkNameText({ type: 'icmp_ping', port: null })).toBe('icmp_ping');
  const answer = { agentId: 'a', agentName: 'fra-1', at: '', outcome: 'reply', rttUs: 1_840 } as const;
  expect(answerText(answer)).toBe('fra-1: reply in 1.84 ms');
  expect(answerText({ ...answer, outcome: 'mismatch', rttUs: null })).toBe('fra-1: mismatch');
});

it('an entry of the evidence log has a text for its probes, also for probes that were not sent', () => {
  const agent = { id: 'a', name: 'fra-1', region: 'eu', probes: 1_200, proven: 1_199, answered: 0, notSent: 0 };
  const unable = { ...agent, name: 'ams-1', probes: 0, proven: 0, notSent: 3 };
  expect(evidenceAgentsText([agent, unable])).toBe('fra-1 1,199 of 1,200, ams-1 0 of 0 (3 not sent)');
  expect(evidenceAgentsText([])).toBe('no probes');
  const open = { from: '', agents: 2, probes: 12, proven: 11, answered: 0, notSent: 3 };
  expect(evidenceTotalsText(open)).toBe('11 of 12 (3 not sent) by 2 agents');
  expect(evidenceTotalsText({ ...open, agents: 1, notSent: 0 })).toBe('11 of 12 by 1 agent');
  expect(evidenceTotalsText({ ...open, agents: 0 })).toBe('no probes');
});
