import { AGENT_CERTIFICATE_LIFE_MS } from '@icmp-mon/agents/contract';

const HOUR_MS = 60 * 60 * 1_000;

/**
 * Returns when an agent renews its certificate, which is after half of the certificate's lifetime: `renews in 11 h`. For an overdue renewal
 * it returns how long the certificate is still valid.
 */
export function certificateText(notAfter: string, nowMs: number): string {
  const leftMs = Date.parse(notAfter) - nowMs;
  if (leftMs <= 0) return 'expired';
  const toRenewalMs = leftMs - AGENT_CERTIFICATE_LIFE_MS / 2;
  return toRenewalMs > 0 ? `renews ${inHours(toRenewalMs)}` : `renewal overdue, expires ${inHours(leftMs)}`;
}

function inHours(ms: number): string {
  const hours = Math.floor(ms / HOUR_MS);
  return hours === 0 ? 'in less than 1 h' : `in ${hours} h`;
}
