import type { DisbeliefReason } from '@icmp-mon/probing/contract';
import type { AddressKey } from './byte-cursor';
import type { OnNoData, OnResult } from './executor';

export interface TallyOptions {
  /** Addresses in probing order: the canaries (`canaries` many), then the targets of the slice. */
  asked: readonly string[];
  canaries: number;
  /** Packets of each ping; 1 unless set. */
  packets?: number;
  spacingMs: number;
  timeoutMs: number;
  onResult: OnResult;
  onNoData?: OnNoData | undefined;
  /** Whether fping ran and received all its packets between two instants: only then is a timeout a miss. */
  listened: (fromMs: number, toMs: number) => boolean;
  /** Why it did not listen between two instants; unless set, because it was paused. */
  whyNotListened?: (fromMs: number, toMs: number) => DisbeliefReason;
  /** Whether the wall clock, by which fping measures, was not set between two instants. */
  clockHeld: (fromMs: number, toMs: number) => boolean;
  nowMs: () => number;
  /** Called for an address for which a router refused a packet that must not be fragmented. */
  onTooBig?: (address: AddressKey) => void;
  /** Whether the kernel does not send packets to an address because a router has refused one. */
  isTooBig?: (address: AddressKey) => boolean;
}

/**
 * Evidence at the end of a slice about a family of addresses. `deaf`: fping received neither a reply nor an ICMP error, so its timeouts
 * prove nothing. `unavailable`: it sent nothing, because it has no socket. `silent`: the slice had no results of this family.
 */
export type FamilyState = 'heard' | 'deaf' | 'unavailable' | 'silent';
