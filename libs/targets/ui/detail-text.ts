import { CERTIFICATE_END_MAX, DISBELIEF_TEXTS, type HttpPhases, type ResultDetail } from '@icmp-mon/probing/contract';
import { counted } from '@icmp-mon/platform/text';
import { rttText } from '@icmp-mon/platform/ui-kit';

const DAY_MS = 86_400_000;

/**
 * Formats what a result has beyond its round trip: `4 of 5 packets`, the phases of a request and its certificate, why it is not believed, or that it confirmed
 * a miss. Empty without any.
 */
export function detailText({ packets, phases, notBelieved, confirming }: ResultDetail, nowMs: number): string {
  const counts = packets === undefined ? [] : [`${packets.received} of ${packets.sent} packets`];
  if (notBelieved !== undefined) return [`not believed: ${DISBELIEF_TEXTS[notBelieved]}`, ...counts].join(', ');
  if (confirming === true) return ['confirms a miss', ...counts].join(', ');
  if (packets !== undefined) return counts.join('');
  return phases === undefined ? '' : [...phaseTexts(phases), ...certificateTexts(phases, nowMs)].join(', ');
}

/** Each phase by itself, as far as it was reached, then the whole. */
function phaseTexts({ connectUs, tlsUs, firstByteUs, totalUs }: HttpPhases): string[] {
  const parts: string[] = [];
  let beforeUs = 0;
  for (const [name, untilUs] of [
    ['connect', connectUs],
    ['TLS', tlsUs],
    ['first byte', firstByteUs],
    ['body', totalUs],
  ] as const) {
    if (untilUs === null) continue;
    parts.push(`${name} ${rttText(Math.max(0, untilUs - beforeUs))}`);
    beforeUs = untilUs;
  }
  return totalUs === null ? parts : [...parts, `total ${rttText(totalUs)}`];
}

function certificateTexts({ certificateEndsAt }: HttpPhases, nowMs: number): string[] {
  if (certificateEndsAt === null) return [];
  const leftMs = Date.parse(certificateEndsAt) - nowMs;
  const days = Math.floor(Math.abs(leftMs) / DAY_MS);
  const text = days === 0 ? 'less than a day' : counted(days, 'day');
  if (leftMs < 0) return [`certificate expired ${text} ago`];
  return [`certificate has ${certificateEndsAt === CERTIFICATE_END_MAX ? 'more than ' : ''}${text} left`];
}
