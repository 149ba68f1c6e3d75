import { fieldsAfter } from '@icmp-mon/platform/plugins';
import { describe, expect, it } from 'vitest';
import { readTelemetry } from '../telemetry';
import { ANCHORS, ANCHORS_AUDIT, setAnchors } from './anchors';

const NUMBERS = [
  ...['assignmentVersion', 'targets', 'probesPerS', 'resultsPerS', 'cpuCores', 'executorCpuCores', 'rssBytes'],
  ...['spoolBlocks', 'spoolBytes', 'spoolOldestS', 'spoolQuarantined', 'droppedResults', 'notSentPerS'],
  ...['clockOffsetMs', 'policyRefusedTargets'],
];
const AT = '2026-03-01T12:00:00.000Z';
const simulatedReport = {
  ...Object.fromEntries(NUMBERS.map((name) => [name, 0])),
  ...{ at: AT, startedAt: AT, agentVersion: '0.1.0', executors: [] },
};

describe('setting the anchors', () => {
  it('stores them in canonical form, in the order given', () => {
    const [event] = setAnchors([], ['192.0.2.1', '2001:DB8:0::1']);
    expect(event).toEqual({ type: 'AnchorsSet', data: { ips: ['192.0.2.1', '2001:db8::1'] } });
    expect(ANCHORS.evolve([], event)).toEqual(['192.0.2.1', '2001:db8::1']);
    expect(fieldsAfter(ANCHORS_AUDIT, {}, event)).toEqual({ ips: '192.0.2.1, 2001:db8::1' });
  });

  it('has no event if nothing changes, and one that removes them', () => {
    expect(setAnchors(['192.0.2.1'], ['192.0.2.1'])).toEqual([]);
    expect(setAnchors([], [])).toEqual([]);
    expect(setAnchors(['192.0.2.1'], [])).toEqual([{ type: 'AnchorsSet', data: { ips: [] } }]);
  });

  it('ignores an event of a newer release', () => {
    expect(ANCHORS.evolve(['192.0.2.1'], { type: 'AnchorsOfTomorrow', data: {} } as never)).toEqual(['192.0.2.1']);
  });

  it.each([
    ['127.1', 'four decimal numbers'],
    ['2130706433', 'four decimal numbers'],
    ['0x7f000001', 'four decimal numbers'],
    ['192.0.2.0/24', 'is a range'],
    ['anchor.example.net', 'host names are not accepted'],
    ['-f/etc/passwd', 'is a range'],
    ['fe80::1%eth0', 'zone'],
    ['::ffff:192.0.2.1', 'IPv4 address itself'],
    ['224.0.0.1', 'multicast'],
    ['169.254.169.254', 'metadata'],
    ['0.0.0.0', 'no host has'],
    ['', 'is not an IPv4 or IPv6 address'],
  ])('refuses %j with the reason at its place', (text, reason) => {
    expect(() => setAnchors([], ['192.0.2.1', text])).toThrow(
      expect.objectContaining({
        code: 'invalid',
        errors: [{ pointer: '#/ips/1', detail: expect.stringContaining(reason) as string }],
      }),
    );
  });

  it('refuses an address that is given twice, and more than five', () => {
    const refused = (ips: string[]) =>
      expect(() => setAnchors([], ips)).toThrow(
        expect.objectContaining({
          errors: [expect.objectContaining({ pointer: ips.length > 5 ? '#/ips' : '#/ips/1' })],
        }),
      );
    refused(['2001:db8::1', '2001:db8:0::1']);
    refused(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5', '192.0.2.6']);
  });
});

describe("an agent's report about its anchors", () => {
  it('is read, also with states of newer agents, and may be missing', () => {
    const anchors = [
      { ip: '192.0.2.1', state: 'answers', rttUs: 1_200, lastReplyAt: '2026-03-01T12:00:00.000Z' },
      { ip: '2001:db8::1', state: 'a_state_to_come' },
    ];
    expect(readTelemetry({ ...simulatedReport, anchors }).anchors).toEqual(anchors);
    expect(readTelemetry(simulatedReport)).not.toHaveProperty('anchors');
  });

  it.each([
    [{}],
    [Array.from({ length: 6 }, () => ({ ip: '192.0.2.1', state: 'silent' }))],
    [[null]],
    [[{ ip: '127.1', state: 'silent' }]],
    [[{ ip: '192.0.2.1', state: 'no word' }]],
    [[{ ip: '192.0.2.1', state: 'answers', rttUs: -1 }]],
    [[{ ip: '192.0.2.1', state: 'answers', lastReplyAt: 'yesterday' }]],
  ])('is refused with a pointer: %j', (anchors) => {
    const pointer = expect.stringMatching(/^#\/anchors(\/0)?$/) as string;
    expect(() => readTelemetry({ ...simulatedReport, anchors })).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }),
    );
  });
});
