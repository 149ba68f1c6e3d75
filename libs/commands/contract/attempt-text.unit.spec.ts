import { describe, expect, it } from 'vitest';
import { factsText } from './attempt-text';

describe('the text of an answer', () => {
  it('has each phase of a request by itself, its status, and the end of the certificate', () => {
    const phases = { connectUs: 200, tlsUs: 1_700, firstByteUs: 9_700, totalUs: 9_800 };
    expect(factsText({ httpStatus: 200, phases: { ...phases, certificateEndsAt: '2027-01-01T00:00:00.000Z' } })).toBe(
      'status 200, connect 0.20 ms, TLS 1.50 ms, first byte 8.00 ms, body 0.10 ms, total 9.80 ms, ' +
        'certificate ends 2027-01-01T00:00:00.000Z',
    );
  });

  it('has only the phases that were reached', () => {
    const phases = { connectUs: 200, tlsUs: null, firstByteUs: null, totalUs: null, certificateEndsAt: null };
    expect(factsText({ phases })).toBe('connect 0.20 ms');
    expect(factsText({})).toBe('');
  });

  it('has response code and records of a name server', () => {
    expect(factsText({ dns: { rcode: 'NOERROR', records: ['192.0.2.1', '192.0.2.2'] } })).toBe(
      'NOERROR: 192.0.2.1, 192.0.2.2',
    );
    expect(factsText({ dns: { rcode: 'NXDOMAIN', records: [] } })).toBe('NXDOMAIN, no record of the type');
  });
});
