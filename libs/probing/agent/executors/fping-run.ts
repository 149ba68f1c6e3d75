import { OUTCOME, PACKET_GAP_MS } from '@icmp-mon/probing/contract';
import type { OnResult, ProbeSlice } from './executor';
import type { PathLimits } from './path-limits';
import { pingOptionsOf, roundMs } from './ping-options';
import { PingRounds } from './ping-rounds';
import { type ProcessSigns, RunWatch } from './run-watch';
import { type SendingOverhead, SendTimes } from './sending-overhead';
import { SliceTally } from './slice-tally';

/** The readers of the output of one process. */
export interface FpingRun {
  tally: SliceTally;
  watch: RunWatch;
  /** For pings of several packets. */
  rounds: PingRounds | undefined;
  /** For pings of one packet: those of several do not leave evenly. */
  sendTimes: SendTimes;
}

interface RunSources {
  signs: ProcessSigns;
  nowMs: () => number;
  paths: Pick<PathLimits, 'noteTooBig' | 'isTooBig'>;
}

/** Creates the reader of a process that is about to get its targets. */
export function beginRun(
  asked: readonly string[],
  slice: ProbeSlice,
  onResult: OnResult,
  { signs, nowMs, paths }: RunSources,
): FpingRun {
  const { spacingMs, timeoutMs } = slice;
  const { packets, size, dontFragment } = pingOptionsOf(slice);
  const sendTimes = new SendTimes();
  const onSingle: OnResult = (index, sentAtMs, outcome, rttUs) => {
    if (outcome === OUTCOME.reply) sendTimes.noteReply(index, sentAtMs);
    onResult(index, sentAtMs, outcome, rttUs);
  };
  const rounds = packets === 1 ? undefined : new PingRounds(packets, onResult, slice.onNoData);
  const sleepMs = packets === 1 ? spacingMs : Math.max(spacingMs, PACKET_GAP_MS);
  const pace = { spacingMs: sleepMs, sendingMs: asked.length * spacingMs + roundMs(slice), timeoutMs };
  const watch = new RunWatch(signs, pace, { wallMs: nowMs, steadyMs: () => performance.now() });
  const tally = new SliceTally({
    asked,
    canaries: asked.length - slice.ips.length,
    packets,
    spacingMs,
    timeoutMs,
    onResult: rounds?.addPacket ?? onSingle,
    onNoData: rounds?.addNoData ?? slice.onNoData,
    listened: (fromMs, toMs) => watch.hasListened(fromMs, toMs),
    whyNotListened: (fromMs, toMs) => watch.whyNotListened(fromMs, toMs),
    clockHeld: (fromMs, toMs) => watch.clockHeld(fromMs, toMs),
    nowMs,
    ...(dontFragment && {
      onTooBig: (address) => paths.noteTooBig(address, size),
      isTooBig: (address) => paths.isTooBig(address, size),
    }),
  });
  return { tally, watch, rounds, sendTimes };
}

/** Records how a process that was asked to send every `askedMs` did, unless a pause or a set clock is in its times. */
export function learnOverhead(
  { sendTimes, watch }: FpingRun,
  askedMs: number,
  waitedMs: number,
  overhead: Pick<SendingOverhead, 'noteSlice'>,
): void {
  const { packets, tookMs } = sendTimes;
  if (watch.isUndisturbed) overhead.noteSlice({ packets, tookMs, askedMs, waitedMs });
}
