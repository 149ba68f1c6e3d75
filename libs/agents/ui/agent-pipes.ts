import { Pipe, type PipeTransform } from '@angular/core';
import { isAdmitted } from '@icmp-mon/agents/contract';
import { certificateText } from './certificate-text';

/** Shows an agent's clock offset: `2.0 ms behind`. */
@Pipe({ name: 'clockOffset' })
export class ClockOffsetPipe implements PipeTransform {
  transform(offsetMs: number): string {
    return `${Math.abs(offsetMs).toFixed(1)} ms ${offsetMs < 0 ? 'behind' : 'ahead'}`;
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
