import 'reflect-metadata';
import { runApp } from '@icmp-mon/platform/ops';
import { WorkerApp } from './worker';
import { readWorkerConfig } from './worker-config';

let worker: WorkerApp | undefined;

runApp({
  name: 'worker',
  async start() {
    worker = new WorkerApp(readWorkerConfig());
    await worker.start();
  },
  async stop() {
    await worker?.stop();
  },
});
