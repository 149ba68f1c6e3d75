import { PACKET_GAP_MS } from '@icmp-mon/probing/contract';
import type { OnResult, ProbeSlice } from './executor';
import type { PathLimits } from './path-limits';
import { pingOptionsOf, roundMs } from './ping-options';
import { PingRounds } from './ping-rounds';
import { type ProcessSigns, RunWatch } from './run-watch';
import { SliceTally } from './slice-tally';

/** The readers of the output of one process. */
export interface FpingRun {
  tally: SliceTally;
  watch: RunWatch;
  /** For pings of several packets. */
  rounds: PingRounds | undefined;
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
  const rounds = packets === 1 ? undefined : new PingRounds(packets, onResult);
  const sleepMs = packets === 1 ? spacingMs : Math.max(spacingMs, PACKET_GAP_MS);
  const pace = { spacingMs: sleepMs, sendingMs: asked.length * spacingMs + roundMs(slice), timeoutMs };
  const watch = new RunWatch(signs, pace, { wallMs: nowMs, steadyMs: () => performance.now() });
  const tally = new SliceTally({
    asked,
    canaries: asked.length - slice.ips.length,
    packets,
    spacingMs,
    timeoutMs,
    onResult: rounds?.addPacket ?? onResult,
    onNoData: slice.onNoData,
    listened: (fromMs, toMs) => watch.hasListened(fromMs, toMs),
    whyNotListened: (fromMs, toMs) => watch.whyNotListened(fromMs, toMs),
    clockHeld: (fromMs, toMs) => watch.clockHeld(fromMs, toMs),
    nowMs,
    ...(dontFragment && {
      onTooBig: (address) => paths.noteTooBig(address, size),
      isTooBig: (address) => paths.isTooBig(address, size),
    }),
  });
  return { tally, watch, rounds };
}
