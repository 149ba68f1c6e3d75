import { REPORT_LIMITS, type TrailLine } from '@icmp-mon/commands/contract';
import { inOneLine } from '@icmp-mon/platform/text';

/** Steps of one order with their times, for the user; the first ones up to the limit of a report. */
export class Trail {
  readonly lines: TrailLine[] = [];
  private readonly startedMs = performance.now();

  add(text: string): void {
    if (this.lines.length >= REPORT_LIMITS.trailLines) return;
    this.lines.push({ afterMs: Math.round((performance.now() - this.startedMs) * 10) / 10, text: lineOf(text) });
  }
}

/** Returns a text of any program as one line that a report may contain. */
export const lineOf = (text: string): string =>
  inOneLine(text)
    // First, because it may cut a pair of surrogates.
    .slice(0, REPORT_LIMITS.trailTextLength)
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, '�');
