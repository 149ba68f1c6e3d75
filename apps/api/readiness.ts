import type { Readiness } from '@icmp-mon/platform/ops';
import { ReadinessParts } from '@icmp-mon/platform/plugins';
import { Injectable } from '@nestjs/common';

const KEPT_MS = 1_000;

/** Whether the API can answer. Read at most once per second however many probes ask. */
@Injectable()
export class ApiReadiness {
  private kept: { value: Promise<Record<string, Readiness>>; untilMs: number } | null = null;

  constructor(private readonly parts: ReadinessParts) {}

  read(): Promise<Record<string, Readiness>> {
    if (this.kept === null || this.kept.untilMs < performance.now()) {
      this.kept = { value: this.parts.read(), untilMs: performance.now() + KEPT_MS };
    }
    return this.kept.value;
  }
}
