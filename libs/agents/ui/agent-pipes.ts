import { Pipe, type PipeTransform } from '@angular/core';
import { isAdmitted } from '@icmp-mon/agents/contract';
import { durationText } from '@icmp-mon/platform/ui-kit';
import { certificateText } from './certificate-text';

/** From this offset on, tenths of a millisecond do not matter. */
const ROUGH_FROM_MS = 1_000;

/** Shows an agent's clock offset: `2.0 ms behind`, `2 h 00 min ahead`. */
@Pipe({ name: 'clockOffset' })
export class ClockOffsetPipe implements PipeTransform {
  transform(offsetMs: number): string {
    const ms = Math.abs(offsetMs);
    const text = ms < ROUGH_FROM_MS ? `${ms.toFixed(1)} ms` : durationText(ms);
    return `${text} ${offsetMs < 0 ? 'behind' : 'ahead'}`;
  }
}

/** Shows when a certificate is renewed, or what is wrong with it. */
@Pipe({ name: 'certificate' })
export class CertificatePipe implements PipeTransform {
  readonly transform = certificateText;
}

/** Whether the gateway admits an agent in this state. */
@Pipe({ name: 'admitted' })
export class AdmittedPipe implements PipeTransform {
  readonly transform = isAdmitted;
}

const PAUSED_TEXTS: Readonly<Record<string, string>> = {
  installation: 'the installation turned automatic traces off',
  policy: 'its policy file does not allow them',
  uplink: 'its own line may be out',
  mtr: 'mtr is missing or not permitted',
  full: 'its checks need all packets per second',
};

/** Shows why an agent makes no automatic traces. Newer agents may report other reasons. */
@Pipe({ name: 'tracesPaused' })
export class TracesPausedPipe implements PipeTransform {
  transform(paused: string): string {
    return Object.hasOwn(PAUSED_TEXTS, paused) ? (PAUSED_TEXTS[paused] ?? paused) : paused.replaceAll('_', ' ');
  }
}
