import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext } from './bench';
import type { Fleet } from './fleet/fleet';
import { Inventory, pingPolicy } from './inventory';
import { enrolmentOf, startFleet } from './pipeline';

const AGENTS = 3;
const TARGETS = 50_000;
const INTERVAL_S = 15;
const TIER = 'half-load';
/** Time until the fleet's first results have reached every stage. */
const WARM_MS = 20_000;

/**
 * A background load of 10,000 results per second from simulated agents, judged, rolled up and stored by a second product on the same servers
 * and cores. The measured product's own data does not change, so that product and reference can be compared.
 */
export class HalfLoad {
  private constructor(private readonly fleet: Fleet) {}

  static async start(context: BenchContext): Promise<HalfLoad> {
    const product = await context.startProduct({ apps: ['gateway', 'projector', 'worker'] });
    const fleet = startFleet(context);
    await fleet.callFleet('enrol', await enrolmentOf(product, AGENTS));
    const inventory = new Inventory(product.access.controlDatabaseUrl);
    await inventory.defineTier(TIER, pingPolicy(INTERVAL_S, 'all', AGENTS));
    await inventory.register(TARGETS, TIER);
    await inventory.close();
    await fleet.callFleet('targets', { expectedPerAgent: TARGETS });
    await fleet.callFleet('live', {});
    await pause(WARM_MS);
    context.printLine(`half load: ${(TARGETS * AGENTS) / INTERVAL_S} results/s by ${AGENTS} simulated agents`);
    return new HalfLoad(fleet);
  }

  /** @throws Error when the product could not sustain the load */
  async stop(): Promise<void> {
    const { skippedSeconds } = await this.fleet.callFleet('counts', {});
    await this.fleet.stop();
    if (skippedSeconds > 0)
      throw new Error(`The product did not sustain the half load: ${skippedSeconds} seconds of it were not sent.`);
  }
}
