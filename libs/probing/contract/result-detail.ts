import { disbeliefCode, type DisbeliefReason, disbeliefReason } from './disbelief';

/** Packets of one ping that were sent, and to which a reply arrived. Only pings of several packets have them. */
export interface PacketCounts {
  sent: number;
  received: number;
}

/**
 * Times of one HTTP request since its start, in µs; null for a phase that was not reached. No name is resolved, so there is no such phase. With
 * the end of the certificate's validity, ISO 8601 in UTC; null without TLS.
 */
export interface HttpPhases {
  /** Until the TCP connection was established. */
  connectUs: number | null;
  /** Until the TLS handshake was complete; null for plain HTTP. */
  tlsUs: number | null;
  /** Until the first byte of the response. */
  firstByteUs: number | null;
  /** Until the body was read. */
  totalUs: number | null;
  /** At most `CERTIFICATE_END_MAX`, also if it ends later. */
  certificateEndsAt: string | null;
}

/** Highest kind of details that this version reads: what it reports, so that agents send no kind that a projector refuses. */
export const DETAIL_KIND_MAX = 4;

/** Facts about a probe beyond its outcome and round trip, by the name of its kind. */
export interface ResultDetail {
  packets?: PacketCounts;
  phases?: HttpPhases;
  /** Why the result is no evidence about the target; it is not judged. `unknown`: a reason of a newer agent. */
  notBelieved?: DisbeliefReason | 'unknown';
  /** Present if the probe confirmed a first miss: it is judged, and left out of figures about loss and round trips. */
  confirming?: true;
}

/**
 * A detail as blocks, checkpoints and series contain it: the code of its kind, then its values, each from 0 to 2^32-1. Only the agent encodes
 * it, and only the API decodes it.
 */
export type DetailCode = readonly number[];

/** Number of values by the code of the kind. Codes never change: append only. */
const VALUES = new Map([
  [1, 2],
  [2, 5],
  [3, 3],
  [4, 2],
]);
/** Codes of kinds. */
export const DETAIL_KIND = { packets: 1, phases: 2, notBelieved: 3, confirming: 4 } as const;
const KIND = DETAIL_KIND;
const U32_MAX = 0xffff_ffff;
export const DETAIL_VALUES_MAX = 5;
/** Last end of a certificate that a detail can have. Certificates that never expire end in the year 9999. */
export const CERTIFICATE_END_MAX = new Date((U32_MAX - 1) * 1_000).toISOString();

/** Returns the number of values of a kind; undefined for one that this version does not know. */
export function detailValues(kind: number): number | undefined {
  return VALUES.get(kind);
}

/** Whether numbers are a detail that this version can decode. */
export function isDetailCode(code: DetailCode): boolean {
  const [kind = 0, first = 0, second = 0, third = 0] = code;
  if (code.length - 1 !== VALUES.get(kind)) return false;
  if (!code.every((value) => Number.isInteger(value) && value >= 0 && value <= U32_MAX)) return false;
  if (kind === KIND.notBelieved) return first > 0 && third <= second;
  if (kind === KIND.confirming) return second <= first;
  return kind !== KIND.packets || (first > 0 && second <= first);
}

/** Orders details, so that equal sets of results have equal bytes: none first. */
export function compareDetails(a: DetailCode | undefined, b: DetailCode | undefined): number {
  if (a === b) return 0;
  const [one, other] = [a ?? [], b ?? []];
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const difference = (one[at] ?? -1) - (other[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function encodePackets({ sent, received }: PacketCounts): DetailCode {
  return [KIND.packets, sent, received];
}

/** Encodes why a result is no evidence. Of its own detail, the packets of a ping are kept. */
export function encodeDisbelief(reason: DisbeliefReason, own?: DetailCode): DetailCode {
  const [sent = 0, received = 0] = own?.[0] === KIND.packets ? own.slice(1) : [];
  return [KIND.notBelieved, disbeliefCode(reason), sent, received];
}

/** Whether a detail states why its result is no evidence. */
export function isDisbelief(code: DetailCode | undefined): boolean {
  return code?.[0] === KIND.notBelieved;
}

/** Encodes that a probe confirmed a first miss. Of its own detail, the packets of a ping are kept. */
export function encodeConfirming(own?: DetailCode): DetailCode {
  const [sent = 0, received = 0] = own?.[0] === KIND.packets ? own.slice(1) : [];
  return [KIND.confirming, sent, received];
}

/** Whether a detail states that its result is one of a confirming burst. */
export function isConfirming(code: DetailCode | undefined): boolean {
  return code?.[0] === KIND.confirming;
}

export function encodePhases({ connectUs, tlsUs, firstByteUs, totalUs, certificateEndsAt }: HttpPhases): DetailCode {
  const endsAtS = certificateEndsAt === null ? NaN : Date.parse(certificateEndsAt) / 1_000;
  const ends = Number.isFinite(endsAtS) ? Math.floor(endsAtS) : null;
  return [KIND.phases, ...[connectUs, tlsUs, firstByteUs, totalUs, ends].map(encodeNullable)];
}

/** Returns the members of a result that a detail is; none without one. */
export function decodeDetail(code: DetailCode | undefined): ResultDetail {
  if (code === undefined || !isDetailCode(code)) return {};
  const [kind, ...values] = code;
  const [first = 0, second = 0, third = 0] = values;
  if (kind === KIND.notBelieved) {
    return { notBelieved: disbeliefReason(first), ...(second > 0 && { packets: { sent: second, received: third } }) };
  }
  if (kind === KIND.confirming) {
    return { confirming: true, ...(first > 0 && { packets: { sent: first, received: second } }) };
  }
  if (kind === KIND.packets) return { packets: { sent: first, received: second } };
  const [connectUs = null, tlsUs = null, firstByteUs = null, totalUs = null, endsS = null] = values.map(decodeNullable);
  const certificateEndsAt = endsS === null ? null : new Date(endsS * 1_000).toISOString();
  return { phases: { connectUs, tlsUs, firstByteUs, totalUs, certificateEndsAt } };
}

/** 0 is null; anything else is one more than the value, which is bounded. */
function encodeNullable(value: number | null): number {
  return value === null ? 0 : Math.min(U32_MAX, Math.max(0, value) + 1);
}

function decodeNullable(value: number): number | null {
  return value === 0 ? null : value - 1;
}
