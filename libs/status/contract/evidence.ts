import type { CheckType } from '@icmp-mon/probing/contract';
import type { CheckAnswer, CheckReason, CheckStatus, ShownCheckReason } from './validation';

/** Probes of one agent in the time of an entry. */
export interface EvidenceAgent {
  id: string;
  name: string;
  region: string;
  /** Probes that arrived in time. */
  probes: number;
  /** Of these: failed while the control probe of the same agent was answered in that interval. */
  proven: number;
  /** Of these: answered. */
  answered: number;
  /** Probes that were not sent, or whose executor failed; not included in `probes`. */
  notSent: number;
}

/**
 * One line of the evidence log of a check: what is known of an interval. The members are in this order. `hash` is the SHA-256, in hex, of
 * the JSON text without `hash`; `previous` is the hash of the entry before, or for the first entry of a chain 64 zeros.
 */
export interface EvidenceEntry {
  target: string;
  ip: string;
  vrf: string;
  tier: string;
  check: number;
  type: CheckType;
  port: number | null;
  /** `shard:number` of the change with which this log began: a check that is removed and defined again begins another one. */
  chain: string;
  /** From 1, without gaps. */
  entry: number;
  /** Half-open interval, ISO 8601. */
  from: string;
  until: string;
  status: CheckStatus;
  reason: CheckReason;
  intervalMs: number;
  /** Longest time between two proving probes, in ms; null with fewer than two. */
  longestPauseMs: number | null;
  /** Agents with probes, by id. */
  agents: EvidenceAgent[];
  /** The first answers; `answersMore` counts the others. */
  answers: CheckAnswer[];
  answersMore: number;
  previous: string;
  hash: string;
}

/** First line of an export: the chains that follow, so that a missing end is noticed. */
export interface EvidenceHeader {
  evidence: 'icmpmon/1';
  target: string;
  check: number;
  /** Bounds of the request, ISO 8601; null without one. */
  from: string | null;
  until: string | null;
  chains: EvidenceChain[];
}

/** A run of entries of one chain, without gaps. */
export interface EvidenceChain {
  chain: string;
  firstEntry: number;
  lastEntry: number;
  lastHash: string;
}

/** Totals of the entry that is not sealed yet, up to five minutes late. It is not exported. */
export interface OpenEvidence {
  /** ISO 8601. */
  from: string;
  /** Number of agents with probes. */
  agents: number;
  /** Sums over these agents: see `EvidenceAgent`. */
  probes: number;
  proven: number;
  answered: number;
  notSent: number;
}

/** Response of `GET /api/v1/targets/{id}/checks/{check}/evidence`: newest first. */
export interface EvidencePage {
  items: EvidenceEntry[];
  /** Null on further pages, and for a check that was removed. */
  open: (OpenEvidence & { status: CheckStatus; reason: ShownCheckReason }) | null;
  /** Cursor of the next page; null on the last page. */
  next: string | null;
}

export const FIRST_PREVIOUS = '0'.repeat(64);

/** Returns the entry with its hash; `sha256` returns the digest of a text in hex. */
export function sealEntry(entry: Omit<EvidenceEntry, 'hash'>, sha256: (text: string) => string): EvidenceEntry {
  return { ...entry, hash: sha256(JSON.stringify(entry)) };
}
