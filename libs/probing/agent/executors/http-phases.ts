import type { HttpPhases } from '@icmp-mon/probing/contract';

/** Takes the times of the phases of one request, by the monotonic clock. */
export class PhaseClock {
  private readonly startedMs = performance.now();
  private readonly taken: HttpPhases = {
    ...{ connectUs: null, tlsUs: null, firstByteUs: null, totalUs: null },
    certificateEndsAt: null,
  };

  mark(phase: Exclude<keyof HttpPhases, 'certificateEndsAt'>): void {
    this.taken[phase] ??= Math.round((performance.now() - this.startedMs) * 1_000);
  }

  /** Sets the end of the certificate's validity, ms since 1970; NaN if there is none. */
  setCertificateEnd(endMs: number): void {
    if (Number.isFinite(endMs)) this.taken.certificateEndsAt = new Date(endMs).toISOString();
  }

  phases(): HttpPhases {
    return { ...this.taken };
  }
}
