import { doEach } from '@icmp-mon/platform/ops';
import { Socket } from './socket';

/**
 * When a service starts; services stop in the reverse order, those of one stage together.
 * - `base`: carries out what others produce and needs none of them: relay, publishers, live bus, housekeeping
 * - `work`: produces what the base carries out: shards, ticks, decisions, consumers. Its last work is still published.
 * - `watch`: reports on the others; the first to stop, so that a stopping process does not look like one in trouble
 */
export type Stage = 'base' | 'work' | 'watch';

const STAGES: readonly Stage[] = ['base', 'work', 'watch'];

/** Runs for as long as the app does. */
export interface BackgroundService {
  name: string;
  stage: Stage;
  /** Returns soon: what is away is waited for in the background. */
  start(): unknown;
  /** Ends after the work in progress; absent where nothing is to end. */
  stop?(): unknown;
}

/** What contexts keep running in the app. */
export class BackgroundServices extends Socket<BackgroundService> {
  async start(): Promise<void> {
    for (const stage of STAGES) await Promise.all(this.of(stage).map(async (service) => service.start()));
  }

  /** Stops all of them even if some fail, then throws what failed. */
  async stop(): Promise<void> {
    await doEach(STAGES.toReversed().map((stage) => () => stopTogether(this.of(stage))));
  }

  protected keyOf({ name }: BackgroundService): string {
    return name;
  }

  private of(stage: Stage): BackgroundService[] {
    return this.plugged.filter((service) => service.stage === stage);
  }
}

/** The next stage begins only when all of these have ended. */
async function stopTogether(services: readonly BackgroundService[]): Promise<void> {
  const ended = await Promise.allSettled(services.map(async (service) => service.stop?.()));
  await doEach(
    ended.map((each) => () => {
      if (each.status === 'rejected') throw each.reason;
    }),
  );
}
