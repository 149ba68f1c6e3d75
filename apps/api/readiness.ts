import { ControlDatabase, type Sql, TelemetryDatabase } from '@icmp-mon/platform/database';
import type { Readiness } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';

const KEPT_MS = 1_000;

/** Whether the API can answer: both databases do. Asked at most once a second however many probes ask. */
@Injectable()
export class ApiReadiness {
  private kept: { value: Promise<Record<string, Readiness>>; untilMs: number } | null = null;

  constructor(
    private readonly control: ControlDatabase,
    private readonly telemetry: TelemetryDatabase,
  ) {}

  read(): Promise<Record<string, Readiness>> {
    if (this.kept === null || this.kept.untilMs < performance.now()) {
      this.kept = { value: this.look(), untilMs: performance.now() + KEPT_MS };
    }
    return this.kept.value;
  }

  private async look(): Promise<Record<string, Readiness>> {
    const [controlDatabase, telemetryDatabase] = await Promise.all([answers(this.control), answers(this.telemetry)]);
    return { controlDatabase, telemetryDatabase };
  }
}

async function answers(database: Sql): Promise<Readiness> {
  try {
    await database.query('SELECT 1');
    return { ok: true, detail: 'answers' };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
