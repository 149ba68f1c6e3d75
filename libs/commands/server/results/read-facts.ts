import { type ProbeAttempt, REPORT_LIMITS } from '@icmp-mon/commands/contract';
import { isCleanText } from '@icmp-mon/platform/text';
import type { DnsFacts, HttpPhases } from '@icmp-mon/probing/contract';

type AttemptFacts = Pick<ProbeAttempt, 'httpStatus' | 'phases' | 'dns'>;

const PHASE_US_MAX = 600_000_000;
const RCODE = /^[A-Z0-9]{1,16}$/;
const TIME_LENGTH_MAX = 40;

/** Returns what an attempt states about the answer, only the fields of the contract; null if one of them is not valid. */
export function readFacts({ httpStatus, phases, dns }: Readonly<Record<string, unknown>>): AttemptFacts | null {
  const facts: AttemptFacts = {};
  if (httpStatus !== undefined) {
    if (!isWhole(httpStatus, 100, 999)) return null;
    facts.httpStatus = httpStatus;
  }
  if (phases !== undefined) {
    const read = readPhases(phases);
    if (read === null) return null;
    facts.phases = read;
  }
  if (dns !== undefined) {
    const read = readDns(dns);
    if (read === null) return null;
    facts.dns = read;
  }
  return facts;
}

function readPhases(value: unknown): HttpPhases | null {
  if (typeof value !== 'object' || value === null) return null;
  const { connectUs, tlsUs, firstByteUs, totalUs, certificateEndsAt } = value as Partial<Record<string, unknown>>;
  if (!isPhase(connectUs) || !isPhase(tlsUs) || !isPhase(firstByteUs) || !isPhase(totalUs)) return null;
  if (certificateEndsAt === null) return { connectUs, tlsUs, firstByteUs, totalUs, certificateEndsAt };
  if (typeof certificateEndsAt !== 'string' || certificateEndsAt.length > TIME_LENGTH_MAX) return null;
  const endMs = Date.parse(certificateEndsAt);
  if (!Number.isFinite(endMs)) return null;
  return { connectUs, tlsUs, firstByteUs, totalUs, certificateEndsAt: new Date(endMs).toISOString() };
}

function readDns(value: unknown): DnsFacts | null {
  if (typeof value !== 'object' || value === null) return null;
  const { rcode, records } = value as Partial<Record<string, unknown>>;
  if (typeof rcode !== 'string' || !RCODE.test(rcode)) return null;
  if (!Array.isArray(records) || records.length > REPORT_LIMITS.records) return null;
  return records.every((record) => isCleanText(record, REPORT_LIMITS.recordLength)) ? { rcode, records } : null;
}

const isPhase = (value: unknown): value is number | null => value === null || isWhole(value, 0, PHASE_US_MAX);

const isWhole = (value: unknown, min: number, max: number): value is number =>
  Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
