import { OUTCOME } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { SliceTally } from './slice-tally';

const NOW_MS = 1_795_919_158_000;
const [ANSWERS, DROPPED, REJECTED, BLACKHOLE, NEAR] = ['10.6.0.1', '10.6.0.7', '10.60.0.1', '10.9.0.1', '10.50.0.2'];
const [REJECTED6, NEAR6] = ['fd60::9', 'fd50::2'];
const TARGETS = [ANSWERS, DROPPED, REJECTED, BLACKHOLE, NEAR, REJECTED6, NEAR6] as string[];

/** Output of each version on both streams, in one file, in a network namespace with these faults; `::1` is the canary. */
const PRINTED = {
  '5.1': `[1795919156.44730] 10.6.0.1  : [0], 64 bytes, 0.027 ms (0.027 avg, 0% loss)
ICMP Host Unreachable from 10.50.0.2 for ICMP Echo sent to 10.60.0.1
[1795919156.48863] 10.50.0.2 : [0], 64 bytes, 0.055 ms (0.055 avg, 0% loss)
[1795919156.50895] fd50::2   : [0], 64 bytes, 0.059 ms (0.059 avg, 0% loss)
[1795919156.51985] ::1       : [0], 64 bytes, 0.053 ms (0.053 avg, 0% loss)
[1795919157.05811] 10.6.0.7  : [0], timed out (NaN avg, 100% loss)
[1795919157.06855] 10.60.0.1 : [0], timed out (NaN avg, 100% loss)
[1795919157.09904] fd60::9   : [0], timed out (NaN avg, 100% loss)

10.6.0.1  : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.027/0.027/0.027
10.6.0.7  : xmt/rcv/%loss = 1/0/100%
10.60.0.1 : xmt/rcv/%loss = 1/0/100%
10.9.0.1  : xmt/rcv/%loss = 1/0/100%
10.50.0.2 : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.055/0.055/0.055
fd60::9   : xmt/rcv/%loss = 1/0/100%
fd50::2   : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.059/0.059/0.059
::1       : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.053/0.053/0.053
`,
  '5.5': `[1795919156.44730] 10.6.0.1  : [0], 64 bytes, 0.041 ms (0.041 avg, 0% loss)
ICMP Host Unreachable from 10.50.0.2 for ICMP Echo sent to 10.60.0.1
[1795919156.48863] 10.50.0.2 : [0], 64 bytes, 0.027 ms (0.027 avg, 0% loss)
ICMPv6 Destination Unreachable (No route to destination) from fd50::2 for ICMPv6 Echo Request sent to fd60::9
[1795919156.50895] fd50::2   : [0], 64 bytes, 0.048 ms (0.048 avg, 0% loss)
[1795919156.51985] ::1       : [0], 64 bytes, 0.031 ms (0.031 avg, 0% loss)
[1795919157.05811] 10.6.0.7  : [0], timed out (NaN avg, 100% loss)
[1795919157.06855] 10.60.0.1 : [0], timed out (NaN avg, 100% loss)
[1795919157.09904] fd60::9   : [0], timed out (NaN avg, 100% loss)

10.6.0.1  : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.041/0.041/0.041
10.6.0.7  : xmt/rcv/%loss = 1/0/100%
10.60.0.1 : xmt/rcv/%loss = 1/0/100%
10.9.0.1  : xmt/rcv/%loss = 1/0/100%
10.50.0.2 : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.027/0.027/0.027
fd60::9   : xmt/rcv/%loss = 1/0/100%
fd50::2   : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.048/0.048/0.048
::1       : xmt/rcv/%loss = 1/1/0%, min/avg/max = 0.031/0.031/0.031
`,
};

/** Two processes with one id: every other target is dead, and gets replies meant for the other process. */
const COLLIDED = {
  '5.1': ` [<- 10.6.2.1][1795919156.21003] 10.6.1.1 : [0], 64 bytes, 6.80 ms (6.80 avg, 0% loss)
[1795919156.23339] 10.6.1.2 : [0], 64 bytes, 0.051 ms (0.051 avg, 0% loss)
 [<- 10.6.2.3][1795919156.27037] 10.6.1.3 : [0], 64 bytes, 6.90 ms (6.90 avg, 0% loss)
`,
  '5.5 --check-source': `[1795919156.58914] 10.6.1.2 : [0], 64 bytes, 0.039 ms (0.039 avg, 0% loss)
[1795919157.05937] 10.6.1.1 : [0], timed out (NaN avg, 100% loss)
[1795919157.11944] 10.6.1.3 : [0], timed out (NaN avg, 100% loss)
`,
};

function outcomesOf(targets: string[], printed: string): { tally: SliceTally; outcomes: (number | undefined)[] } {
  const outcomes: (number | undefined)[] = targets.map(() => undefined);
  const tally = new SliceTally({
    asked: ['::1', ...targets],
    canaries: 1,
    timeoutMs: 600,
    spacingMs: 10,
    onResult: (index, _sentAtMs, outcome) => (outcomes[index] = outcome),
    listened: () => true,
    clockHeld: () => true,
    nowMs: () => NOW_MS,
  });
  tally.readStreams((take) => take(new TextEncoder().encode(printed)));
  tally.finishSlice(true);
  return { tally, outcomes };
}

describe('the output of fping', () => {
  it.each([
    ['5.1', OUTCOME.timeout],
    ['5.5', OUTCOME.unreachable],
  ] as const)('is parsed to the last line: %s', (version, rejected6) => {
    const { tally, outcomes } = outcomesOf(TARGETS, PRINTED[version]);
    const { reply, timeout, unreachable, not_sent } = OUTCOME;
    expect(outcomes).toEqual([reply, timeout, unreachable, not_sent, reply, rejected6, reply]);
    expect(tally).toMatchObject({ droppedLines: 0, complaints: [], foreignReplies: 0 });
  });

  it.each([
    ['5.1', undefined, 2],
    ['5.5 --check-source', OUTCOME.timeout, 0],
  ] as const)(
    'about replies to another process reports no dead target as up: %s',
    (version, ofDead, foreignReplies) => {
      const { tally, outcomes } = outcomesOf(['10.6.1.1', '10.6.1.2', '10.6.1.3'], COLLIDED[version]);
      expect(outcomes).toEqual([ofDead, OUTCOME.reply, ofDead]);
      expect(tally).toMatchObject({ droppedLines: 0, foreignReplies });
    },
  );
});
