import 'reflect-metadata';
import { readConfig } from '@icmp-mon/platform/config';
import { runApp } from '@icmp-mon/platform/ops';
import { Gateway } from './gateway';
import { GATEWAY_FIELDS } from './gateway-config';

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
