import { PACKET_GAP_MS } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import type { ProbeSlice } from './executor';
import type { FpingVersion } from './fping-version';

/** Options that all targets of one fping share. */
export interface PingOptions {
  packets: number;
  /** Bytes of data. */
  size: number;
  dscp: number;
  dontFragment: boolean;
  source: string | undefined;
}

/** Bytes of data that fping sends unless set. */
const SIZE_DEFAULT = 56;
/** Shortest time between two packets that fping accepts, in ms. */
const SPACING_MS_MIN = 0.01;

const PLAIN: PingOptions = {
  packets: 1,
  size: SIZE_DEFAULT,
  dscp: 0,
  dontFragment: false,
  source: undefined,
};

/** Returns the options of a slice: all its checks have those of the first. */
export function pingOptionsOf({ checks: [check] }: Pick<ProbeSlice, 'checks'>): PingOptions {
  if (check === undefined || pingOptionsKey(check) === '') return PLAIN;
  const { packets = 1, size = SIZE_DEFAULT, dscp = 0, dontFragment = false, source } = check;
  return { packets, size, dscp, dontFragment, source };
}

const keys = new WeakMap<CheckDefinition, string>();

/** Returns a text that is equal for checks which one fping can probe: empty for a plain ping, and for other types of checks. */
export function pingOptionsKey(check: CheckDefinition): string {
  if (check.type !== 'icmp_ping') return '';
  let key = keys.get(check);
  if (key === undefined) {
    const { packets = 1, size = SIZE_DEFAULT, dscp = 0, dontFragment = false, source = '' } = check;
    const isPlain = packets === 1 && size === SIZE_DEFAULT && dscp === 0 && !dontFragment && source === '';
    key = isPlain ? '' : [packets, size, dscp, dontFragment, source].join(' ');
    keys.set(check, key);
  }
  return key;
}

/**
 * Returns the arguments of fping for a slice that sends a packet every `askedMs`. Targets are passed by standard input, so that no address can be
 * parsed as an option. The source is a canonical address, and everything else is a number.
 */
export function fpingArguments(slice: ProbeSlice, version: FpingVersion, askedMs: number): string[] {
  const { packets, size, dscp, dontFragment, source } = pingOptionsOf(slice);
  const spacingMs = Math.max(SPACING_MS_MIN, askedMs).toFixed(3);
  return [
    ...['-c', String(packets), '-t', String(Math.round(slice.timeoutMs)), '-i', spacingMs, '-D'],
    ...(packets > 1 ? ['-p', String(PACKET_GAP_MS)] : []),
    ...(size === SIZE_DEFAULT ? [] : ['-b', String(size)]),
    ...(dscp === 0 ? [] : ['-O', String(dscp << 2)]),
    ...(dontFragment ? ['-M'] : []),
    ...(source === undefined ? [] : ['-S', source]),
    ...(version.checksSource ? ['--check-source'] : []),
  ];
}

/** Returns the time between two packets of a slice, in ms: the planned one, or that of another time between two probes. */
export function packetSpacingMs(slice: Pick<ProbeSlice, 'checks' | 'spacingMs'>, spacingMs = slice.spacingMs): number {
  return spacingMs / pingOptionsOf(slice).packets;
}

/** Returns the time from the first to the last packet of each ping of a slice, in ms. */
export function roundMs(slice: Pick<ProbeSlice, 'checks'>): number {
  return (pingOptionsOf(slice).packets - 1) * PACKET_GAP_MS;
}
