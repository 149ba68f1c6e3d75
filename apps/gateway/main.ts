import 'reflect-metadata';
import { readConfig } from '@icmp-mon/platform/config';
import { runApp } from '@icmp-mon/platform/ops';
import { Gateway } from './gateway';
import { GATEWAY_FIELDS } from './gateway-config';

// Bodies of some 20 kB are cut from slabs: a mapping of memory for each costs more than reading it.
Buffer.poolSize = 1024 * 1024;

let gateway: Gateway | null = null;

runApp({
  name: 'gateway',
  async start() {
    gateway = new Gateway(readConfig(GATEWAY_FIELDS));
    await gateway.start();
  },
  async stop() {
    await gateway?.stop();
  },
});
