import { ShortCache } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';
import { readAnchors } from './anchors-model';

const READ_EVERY_MS = 5_000;

/** Anchors that a gateway returns to agents with their telemetry response; read once for all agents. */
@Injectable()
export class DeliveredAnchors {
  private readonly anchors = new ShortCache<string[]>({
    entriesMax: 1,
    keptMs: () => READ_EVERY_MS,
    keepsFailures: true,
  });

  constructor(private readonly control: ControlDatabase) {}

  /** @throws DependencyUnavailable while the database is unreachable */
  readDelivered(): Promise<string[]> {
    return this.anchors.get('anchors', async () => (await readAnchors(this.control)).ips);
  }
}
