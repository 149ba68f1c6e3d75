import { hostname } from 'node:os';
import { agentNameOf } from '@icmp-mon/agents/contract';
import { createLogger, type OpsServer, PRODUCT_VERSION, runApp, startOpsServer } from '@icmp-mon/platform/ops';
import { compress } from '@icmp-mon/platform/zstd';
import { ProbingAgent } from '@icmp-mon/probing/agent';
import { readAgentConfig, tagsOf } from './agent-config';
import { exposeMetrics } from './agent-metrics';
import { runCommandLine } from './commands/run-command-line';
import { startWatchdog } from './watchdog';

let agent: ProbingAgent | undefined;
let ops: OpsServer | undefined;
let stopWatchdog: (() => void) | undefined;

const code = await runCommandLine(process.argv.slice(2));
if (code === undefined) runAgent();
else process.exitCode = code;

function runAgent(): void {
  runApp({
    name: 'agent',
    async start() {
      const { opsPort, ...config } = readAgentConfig();
      const log = createLogger('agent');
      const probing = new ProbingAgent({
        ...config,
        tags: tagsOf(config.tags),
        agentVersion: PRODUCT_VERSION,
        compress,
        log,
      });
      const host = hostname();
      if (config.name !== host && config.name === agentNameOf(host)) {
        log.info({ host, name: config.name }, 'host name adapted to be the agent name');
      }
      agent = probing;
      exposeMetrics(probing);
      ops = await startOpsServer({ port: opsPort, readiness: () => probing.readiness() });
      probing.start((error) => {
        log.error({ err: error }, 'the agent cannot continue');
        process.exit(1);
      });
      stopWatchdog = startWatchdog(log);
    },
    async stop() {
      stopWatchdog?.();
      await agent?.stop();
      await ops?.close();
    },
  });
}
