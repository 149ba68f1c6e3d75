import { Pipe, type PipeTransform } from '@angular/core';
import { isAdmitted } from '@icmp-mon/agents/contract';
import { certificateText } from './certificate-text';

/** How long a certificate is still valid, or since when not. */
@Pipe({ name: 'certificate' })
export class CertificatePipe implements PipeTransform {
  readonly transform = certificateText;
}

/** Whether an agent in this state may talk to the gateway. */
@Pipe({ name: 'admitted' })
export class AdmittedPipe implements PipeTransform {
  readonly transform = isAdmitted;
}
