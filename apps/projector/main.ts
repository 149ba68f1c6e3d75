import 'reflect-metadata';
import { runApp } from '@icmp-mon/platform/ops';
import { readProjectorConfig } from './config';
import { Projector } from './projector';

let projector: Projector | undefined;

runApp({
  name: 'projector',
  async start() {
    projector = new Projector(readProjectorConfig());
    await projector.start();
  },
  async stop() {
    await projector?.stop();
  },
});
