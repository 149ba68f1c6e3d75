import type { BackgroundServices } from '@icmp-mon/platform/plugins';
import { createLogger, SparseWarnings } from '@icmp-mon/platform/ops';
import type { WorkerHost } from '@nestjs/bullmq';
import { closeWorker } from './close';

/**
 * Runs a processor that was created with `autorun: false` as a service of the app: it starts with the other services, and stops after the job in
 * progress, while databases and messaging are still available.
 */
export function runProcessor(services: BackgroundServices, name: string, processor: WorkerHost): void {
  const logger = createLogger(name);
  const warnings = new SparseWarnings(logger);
  services.plug({
    name,
    stage: 'base',
    start: () => {
      const { worker } = processor;
      // The worker reconnects by itself; without a listener an error would end the process.
      worker.on('error', (error) => warnings.warn('Redis unavailable: jobs are waiting', error));
      worker.on('failed', (job, error) => logger.error({ err: error, job: job?.id }, 'job failed'));
      worker
        .run()
        .catch((error: unknown) =>
          logger.error({ err: error }, 'job processor ended: none of its jobs run until this process is restarted'),
        );
    },
    stop: () => closeWorker(processor.worker),
  });
}
