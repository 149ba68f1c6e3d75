import type { NotBelieved } from '@icmp-mon/agents/contract';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { CANARIES } from './address-family';
import { addNotBelieved, sumNotBelieved } from './not-believed';
import { RunWatch } from './run-watch';
import { SliceTally, type TallyOptions } from './slice-tally';

const AT = '[1795387687.83375]';
const NOW_MS = 1_795_387_687_900;
const reply = (ip: string, rtt = '0.345'): string => `${AT} ${ip} : [0], 64 bytes, ${rtt} ms (${rtt} avg, 0% loss)\n`;
const timeout = (ip: string): string => `${AT} ${ip} : [0], timed out (NaN avg, 100% loss)\n`;

/** Returns what a slice that probed the addresses counts after fping has printed the texts. */
function counted(ips: string[], more: Partial<TallyOptions>, ...texts: string[]) {
  const outcomes: number[] = [];
  const tally = new SliceTally({
    asked: [CANARIES.ipv4, ...ips],
    ...{ canaries: 1, spacingMs: 10, timeoutMs: 1_000, nowMs: () => NOW_MS },
    onResult: (_index, _sentAtMs, outcome) => outcomes.push(outcome),
    ...{ listened: () => true, clockHeld: () => true },
    ...more,
  });
  for (const text of texts) tally.readStreams((take) => take(new TextEncoder().encode(text)));
  tally.finishSlice(true);
  return { notBelieved: tally.notBelieved, outcomes };
}

const heard = reply(CANARIES.ipv4, '0.020');

describe('a slice counts', () => {
  it('nothing while each probe has one reply in time, or a proven miss', () => {
    const { notBelieved, outcomes } = counted(
      ['10.0.0.1', '10.0.0.2'],
      {},
      heard,
      reply('10.0.0.1'),
      timeout('10.0.0.2'),
    );
    expect(notBelieved).toEqual({});
    expect(outcomes).toEqual([OUTCOME.reply, OUTCOME.timeout]);
  });

  it('a reply after the timeout as late, before and after its timeout was printed, and the probe as a miss', () => {
    const late = reply('10.0.0.1', '1400');
    for (const printed of [[late], [timeout('10.0.0.1') + late], [timeout('10.0.0.1'), '', '', late]]) {
      const { notBelieved, outcomes } = counted(['10.0.0.1'], {}, heard, ...printed);
      expect(notBelieved).toEqual({ late_reply: 1 });
      expect(outcomes).toEqual([OUTCOME.timeout]);
    }
  });

  it('further replies to one probe as duplicates, as a line and as a notice', () => {
    const notice = `${AT} 10.0.0.1 : duplicate for [0], 64 bytes, 0.345 ms\n`;
    const { notBelieved, outcomes } = counted(['10.0.0.1'], {}, heard, reply('10.0.0.1').repeat(2), notice);
    expect(notBelieved).toEqual({ duplicate_reply: 2 });
    expect(outcomes).toEqual([OUTCOME.reply]);
  });

  it('a reply from another address as foreign, and no result', () => {
    const { notBelieved, outcomes } = counted(['10.0.0.1'], {}, heard, ` [<- 10.0.0.9]${reply('10.0.0.1')}`);
    expect(notBelieved).toEqual({ foreign_reply: 1 });
    expect(outcomes).toEqual([]);
  });

  it('probes during which fping did not listen by the reason, and never the canary', () => {
    const listened = (): boolean => false;
    for (const reason of ['paused', 'packets_dropped', 'clock_set'] as const) {
      const more = { listened, whyNotListened: () => reason };
      const printed = [heard, timeout('10.0.0.1') + timeout(CANARIES.ipv4)];
      expect(counted(['10.0.0.1'], more, ...printed)).toEqual({ notBelieved: { [reason]: 1 }, outcomes: [] });
    }
    expect(counted(['10.0.0.1'], { listened }, heard, timeout('10.0.0.1')).notBelieved).toEqual({ paused: 1 });
  });

  it('misses of an fping that receives nothing as deaf, and a reply across a clock step', () => {
    expect(counted(['10.0.0.1'], {}, timeout('10.0.0.1'))).toEqual({ notBelieved: { deaf: 1 }, outcomes: [] });
    const more = { clockHeld: () => false };
    expect(counted(['10.0.0.1'], more, heard, reply('10.0.0.1')).notBelieved).toEqual({ clock_set: 1 });
  });
});

it('a watch names a clock step before lost packets, and these before a pause', () => {
  let [nowMs, wallMs, dropped] = [0, 1_000_000, 0];
  const signs = { ranNs: () => null, dropped: () => dropped };
  const pace = { spacingMs: 10, sendingMs: 100_000, timeoutMs: 500 };
  const watch = new RunWatch(signs, pace, { wallMs: () => wallMs, steadyMs: () => nowMs });
  const pass = (ms: number, stepMs = 0): [number, number] => {
    const fromMs = wallMs;
    nowMs += ms;
    wallMs += ms + stepMs;
    watch.checkProcess(true);
    return [fromMs, wallMs];
  };
  const paused = pass(5_000);
  dropped = 3;
  const lost = pass(100);
  const stepped = pass(100, 3_600_000);
  expect(watch.whyNotListened(paused[0] + 1, paused[1] - 1)).toBe('paused');
  expect(watch.whyNotListened(...lost)).toBe('packets_dropped');
  expect(watch.whyNotListened(...stepped)).toBe('clock_set');
});

it('sums the counts of executors, without reasons that never occurred', () => {
  const one: NotBelieved = {};
  addNotBelieved(one, 'paused');
  addNotBelieved(one, 'paused');
  expect(sumNotBelieved([one, {}, { paused: 1, late_reply: 2 }])).toEqual({ paused: 3, late_reply: 2 });
});
