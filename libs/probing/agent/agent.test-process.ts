// Started as a separate process by agent-troubles.int.spec.ts: an agent that can be stopped and starved. SIGUSR2 sets its clock: +1 h, back,
// -1 h, back.
import { compress } from '@icmp-mon/platform/zstd';
import { ProbingAgent } from './agent';

const [, , options = '{}'] = process.argv;
const STEPS_MS = [3_600_000, 0, -3_600_000, 0];
const trueNow = Date.now.bind(Date);
let offsetMs = 0;
let steps = 0;
Date.now = () => trueNow() + offsetMs;
process.on('SIGUSR2', () => (offsetMs = STEPS_MS[steps++ % STEPS_MS.length] ?? 0));

const quiet = (): void => undefined;
const agent = new ProbingAgent({
  ...(JSON.parse(options) as Pick<
    ConstructorParameters<typeof ProbingAgent>[0],
    'enrolUrl' | 'caSha256' | 'policyFile' | 'stateDir'
  >),
  ...{ enrolToken: 'right', name: 'pop-1', region: 'r', provider: 'p', tags: {}, agentVersion: 'test' },
  ...{ fpingPath: undefined, spoolBytesMax: 2 ** 26, compress },
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
});
process.on('SIGTERM', () => void agent.stop().then(() => process.exit(0)));
agent.start((error) => {
  throw error;
});
