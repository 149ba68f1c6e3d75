import 'reflect-metadata';
import { runApp } from '@icmp-mon/platform/ops';
import { Api } from './api';
import { readApiConfig } from './api-config';
import { bootstrap } from './bootstrap/bootstrap';

if (process.argv.includes('--migrate')) {
  // Runs to its end and exits; the supervisor starts the API afterwards.
  runApp({
    name: 'api-migrate',
    start: async () => {
      await bootstrap(readApiConfig());
      process.exit(0);
    },
    stop: async () => process.exit(1),
  });
} else {
  let api: Api | undefined;
  runApp({
    name: 'api',
    async start() {
      api = new Api(readApiConfig());
      await api.start();
    },
    async stop() {
      await api?.stop();
    },
  });
}
