import { ShortCache } from '@icmp-mon/platform/batching';
import type { Readiness } from '@icmp-mon/platform/ops';
import { ReadinessParts } from '@icmp-mon/platform/plugins';
import { Injectable } from '@nestjs/common';

const KEPT_MS = 1_000;

/** Whether the API can answer. Read at most once per second however many probes ask. */
@Injectable()
export class ApiReadiness {
  private readonly readings = new ShortCache<Record<string, Readiness>>({
    entriesMax: 1,
    keptMs: (tookMs) => KEPT_MS - tookMs,
    sharedMs: KEPT_MS,
    keepsFailures: true,
  });

  constructor(private readonly parts: ReadinessParts) {}

  read(): Promise<Record<string, Readiness>> {
    return this.readings.get('all parts', () => this.parts.read());
  }
}
