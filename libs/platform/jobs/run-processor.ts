import type { BackgroundServices } from '@icmp-mon/platform/plugins';
import { createLogger, SparseWarnings } from '@icmp-mon/platform/ops';
import type { WorkerHost } from '@nestjs/bullmq';
import { closeWorker } from './close';

/**
 * Runs a processor, made with `autorun: false`, for as long as the app: it starts with the app's other services, and stops after the job in progress
 * while databases and messaging are still there.
 */
export function runProcessor(services: BackgroundServices, name: string, processor: WorkerHost): void {
  const logger = createLogger(name);
  const warnings = new SparseWarnings(logger);
  services.plug({
    name,
    stage: 'base',
    start: () => {
      const { worker } = processor;
      // It connects again by itself; without a listener an error would end the process.
      worker.on('error', (error) => warnings.warn('jobs wait for Redis', error));
      worker.on('failed', (job, error) => logger.error({ err: error, job: job?.id }, 'a job failed'));
      worker.run().catch((error: unknown) => logger.error({ err: error }, 'the processor of jobs ended'));
    },
    stop: () => closeWorker(processor.worker),
  });
}
