import { Pipe, type PipeTransform } from '@angular/core';
import { isAdmitted } from '@icmp-mon/agents/contract';
import { certificateText } from './certificate-text';

/** When a certificate is renewed, or what is wrong with it. */
@Pipe({ name: 'certificate' })
export class CertificatePipe implements PipeTransform {
  readonly transform = certificateText;
}

/** Whether an agent in this state may talk to the gateway. */
@Pipe({ name: 'admitted' })
export class AdmittedPipe implements PipeTransform {
  readonly transform = isAdmitted;
}
