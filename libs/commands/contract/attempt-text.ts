import type { DnsFacts, HttpPhases } from '@icmp-mon/probing/contract';
import type { ProbeAttempt } from './agent-orders';

/** Returns what an answer consists of, beyond outcome and round trip: `status 200, connect 0.20 ms, …` or `NOERROR: 192.0.2.1`. */
export function factsText({ httpStatus, phases, dns }: Pick<ProbeAttempt, 'httpStatus' | 'phases' | 'dns'>): string {
  return [
    ...(httpStatus === undefined ? [] : [`status ${httpStatus}`]),
    ...(phases === undefined ? [] : phaseTexts(phases)),
    ...(dns === undefined ? [] : [dnsText(dns)]),
  ].join(', ');
}

/** Each phase by itself, as far as it was reached, then the whole. A request resolves no name, so it has no such phase. */
function phaseTexts({ connectUs, tlsUs, firstByteUs, totalUs, certificateEndsAt }: HttpPhases): string[] {
  const texts: string[] = [];
  let beforeUs = 0;
  for (const [name, untilUs] of [
    ['connect', connectUs],
    ['TLS', tlsUs],
    ['first byte', firstByteUs],
    ['body', totalUs],
  ] as const) {
    if (untilUs === null) continue;
    texts.push(`${name} ${msText(untilUs - beforeUs)}`);
    beforeUs = untilUs;
  }
  if (totalUs !== null) texts.push(`total ${msText(totalUs)}`);
  if (certificateEndsAt !== null) texts.push(`certificate ends ${certificateEndsAt}`);
  return texts;
}

const dnsText = ({ rcode, records }: DnsFacts): string =>
  records.length === 0 ? `${rcode}, no record of the type` : `${rcode}: ${records.join(', ')}`;

const msText = (us: number): string => `${(Math.max(0, us) / 1_000).toFixed(2)} ms`;
