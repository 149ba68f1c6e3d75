import '@angular/compiler';
import { CERTIFICATE_END_MAX } from '@icmp-mon/probing/contract';
import { expect, it } from 'vitest';
import { detailText } from './detail-text';

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');
const NONE = { connectUs: null, tlsUs: null, firstByteUs: null, totalUs: null, certificateEndsAt: null };

it('shows the packets of a ping, and nothing for results without details', () => {
  expect(detailText({ packets: { sent: 5, received: 4 } }, NOW_MS)).toBe('4 of 5 packets');
  expect(detailText({}, NOW_MS)).toBe('');
  expect(detailText({ phases: NONE }, NOW_MS)).toBe('');
});

it('shows that a probe confirmed a miss, with its packets', () => {
  expect(detailText({ confirming: true }, NOW_MS)).toBe('confirms a miss');
  expect(detailText({ confirming: true, packets: { sent: 5, received: 0 } }, NOW_MS)).toBe(
    'confirms a miss, 0 of 5 packets',
  );
});

it('shows the phases of a request apart, as far as they were reached, and the days of the certificate', () => {
  const all = { connectUs: 1_000, tlsUs: 6_000, firstByteUs: 18_000, totalUs: 18_500 };
  expect(detailText({ phases: { ...all, certificateEndsAt: '2027-01-10T00:00:00Z' } }, NOW_MS)).toBe(
    'connect 1.00 ms, TLS 5.00 ms, first byte 12.00 ms, body 0.500 ms, total 18.50 ms, certificate has 40 days left',
  );
  expect(detailText({ phases: { ...NONE, connectUs: 900, firstByteUs: 2_900 } }, NOW_MS)).toBe(
    'connect 0.900 ms, first byte 2.00 ms',
  );
});

it.each([
  ['2026-11-29T11:00:00Z', 'expired 1 day ago'],
  ['2026-11-29T13:00:00Z', 'expired less than a day ago'],
  ['2026-11-30T11:59:59Z', 'expired less than a day ago'],
  ['2026-11-30T18:00:00Z', 'has less than a day left'],
  ['2026-12-01T18:00:00Z', 'has 1 day left'],
  [CERTIFICATE_END_MAX, 'has more than 28,922 days left'],
])('counts whole days of a certificate that ends at %s', (certificateEndsAt, text) => {
  expect(detailText({ phases: { ...NONE, certificateEndsAt } }, NOW_MS)).toBe(`certificate ${text}`);
});
