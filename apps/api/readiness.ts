import { ShortCache } from '@icmp-mon/platform/batching';
import type { Readiness } from '@icmp-mon/platform/ops';
import { ReadinessParts } from '@icmp-mon/platform/plugins';
import { Injectable } from '@nestjs/common';

const KEPT_MS = 1_000;

/** Readiness of the API. Evaluated at most once per second, regardless of the number of requests. */
@Injectable()
export class ApiReadiness {
  private readonly readings = new ShortCache<Record<string, Readiness>>({
    entriesMax: 1,
    keptMs: (tookMs) => KEPT_MS - tookMs,
    sharedMs: KEPT_MS,
    keepsFailures: true,
  });

  constructor(private readonly parts: ReadinessParts) {}

  checkAll(): Promise<Record<string, Readiness>> {
    return this.readings.get('all parts', () => this.parts.checkAll());
  }
}
