import 'reflect-metadata';
import { runApp } from '@icmp-mon/platform/ops';
import { readWorkerConfig } from './worker-config';
import { workerApp } from './worker.module';

runApp(workerApp(readWorkerConfig));
