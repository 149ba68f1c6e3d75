import { ReadableDetails } from '@icmp-mon/agents/server';
import { detailKindMaxOfAll } from '@icmp-mon/operations/server';
import { ShortCache } from '@icmp-mon/platform/batching';
import type { ControlDatabase } from '@icmp-mon/platform/database';

const READ_EVERY_MS = 5_000;

/** The kinds of details that all processes report to read; read once for all agents. */
export class ReportedDetails extends ReadableDetails {
  private readonly kinds = new ShortCache<number | null>({
    entriesMax: 1,
    keptMs: () => READ_EVERY_MS,
    keepsFailures: true,
  });

  constructor(private readonly control: ControlDatabase) {
    super();
  }

  async readKindMax(): Promise<number | undefined> {
    return (await this.kinds.get('kinds', () => detailKindMaxOfAll(this.control))) ?? undefined;
  }
}
