import { doEach } from '@icmp-mon/platform/ops';
import { Socket } from './socket';

/**
 * Stage in which a service starts. Services stop in the reverse order, all services of one stage at the same time.
 * - `base`: processes the output of other services and does not depend on them: relay, publishers, live bus, housekeeping
 * - `work`: produces output for the base: shards, ticks, decisions, consumers. Its last output is still published.
 * - `watch`: reports on the other services. Stops first, so that a stopping process is not reported as failing
 */
export type Stage = 'base' | 'work' | 'watch';

const STAGES: readonly Stage[] = ['base', 'work', 'watch'];

/** A service that runs as long as the app. */
export interface BackgroundService {
  name: string;
  stage: Stage;
  /** Returns soon: it waits for unavailable dependencies in the background. */
  start(): unknown;
  /** Stops after the work in progress; not set if there is nothing to stop. */
  stop?(): unknown;
}

/** The services that contexts run in the app. */
export class BackgroundServices extends Socket<BackgroundService> {
  async start(): Promise<void> {
    for (const stage of STAGES) await Promise.all(this.servicesOf(stage).map(async (service) => service.start()));
  }

  /** Stops all services even if some fail, then throws the errors. */
  async stop(): Promise<void> {
    await doEach(STAGES.toReversed().map((stage) => () => stopTogether(this.servicesOf(stage))));
  }

  protected keyOf({ name }: BackgroundService): string {
    return name;
  }

  private servicesOf(stage: Stage): BackgroundService[] {
    return this.plugged.filter((service) => service.stage === stage);
  }
}

/** Stops the services of one stage at the same time, and waits for all of them. */
async function stopTogether(services: readonly BackgroundService[]): Promise<void> {
  const ended = await Promise.allSettled(services.map(async (service) => service.stop?.()));
  await doEach(
    ended.map((each) => () => {
      if (each.status === 'rejected') throw each.reason;
    }),
  );
}
