import { DomainError } from '@icmp-mon/platform/errors';

/** A fault of a whole file, after which none of its lines is used; the problem document contains the line, if there is one. */
export class FileFault extends DomainError {
  readonly members: { line: number | null };

  constructor(detail: string, line: number | null = null, options?: ErrorOptions) {
    super('invalid', line === null ? detail : `Line ${line}: ${detail}`, undefined, options);
    this.members = { line };
  }
}
