/** Times of one request since its start, in µs; null for a phase that was not reached. No name is resolved, so there is no such phase. */
export interface HttpPhases {
  /** Until the TCP connection was established. */
  connectUs: number | null;
  /** Until the TLS handshake was complete; null for plain HTTP. */
  tlsUs: number | null;
  /** Until the first byte of the response. */
  firstByteUs: number | null;
  /** Until the body was read. */
  totalUs: number | null;
}

/** Takes the times of the phases of one request, by the monotonic clock. */
export class PhaseClock {
  private readonly startedMs = performance.now();
  private readonly taken: HttpPhases = { connectUs: null, tlsUs: null, firstByteUs: null, totalUs: null };

  mark(phase: keyof HttpPhases): void {
    this.taken[phase] ??= Math.round((performance.now() - this.startedMs) * 1_000);
  }

  phases(): HttpPhases {
    return { ...this.taken };
  }
}
