// Runs in the core namespace of a lab, started by attach-tun.py: answers the packets of the TUN device at file descriptor 3, and forwards
// the agents' connections to the gateway. Commands are JSON lines at its stdin; it ends with its stdin.
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { ringMemory } from './engine/reply-ring.mjs';
import { readTally, tallyMemory } from './engine/tally.mjs';
import { forwardPorts } from './forwarder.mjs';

/** Words shared with the threads: start of the timeline in ms (Float64), then counters. */
const SHARED_BYTES = 256;

const lines = createInterface({ input: process.stdin });
const shared = new SharedArrayBuffer(SHARED_BYTES);
const origin = new Float64Array(shared, 0, 1);
origin[0] = Infinity;

/** Counts of the faults, and the number of agents. */
let counted = { memory: tallyMemory(0, 0), vantages: 0 };

/**
 * Fields of all commands; each command needs some of them.
 * @typedef {{ world: import('./engine/world-plan.mjs').WorldPlan, faults: object[], seed: number, ports: number[], socketDir: string, timeoutMs?: number, missesFile?: string, originMs: number }} CommandFields
 */

/** @type {Record<string, (of: CommandFields) => void | Promise<void>>} */
const COMMANDS = {
  begin: async ({ world, faults, seed, ports, socketDir, timeoutMs = Infinity, missesFile }) => {
    await forwardPorts(ports, socketDir);
    const ring = ringMemory();
    const vantages = Object.keys(world.regions).length * world.agentsPerRegion;
    counted = { memory: tallyMemory(faults.length, vantages), vantages };
    const tally = { memory: counted.memory, timeoutMs, missesFile };
    const workerData = { ring, shared, world, faults, seed, tally };
    for (const thread of ['read-packets', 'write-replies']) {
      const worker = new Worker(new URL(`./${thread}.mjs`, import.meta.url), { workerData });
      worker.on('error', (error) => {
        process.stderr.write(`${error.stack}\n`);
        process.kill(process.pid, 'SIGKILL');
      });
      await new Promise((resolve) => worker.once('message', resolve));
    }
    report({ ready: true });
  },
  origin: ({ originMs }) => {
    new Float64Array(counted.memory).fill(0);
    origin[0] = originMs;
    report({ origin: originMs });
  },
  counts: () => report({ counts: countsOf(shared) }),
  tally: () => report({ tally: readTally(counted.memory, counted.vantages) }),
};

lines.on('line', (line) => {
  const { command, ...rest } = JSON.parse(line);
  Promise.resolve(COMMANDS[command](rest)).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  });
});
// The thread that reads packets blocks in the kernel: an ordinary exit would wait for it.
lines.on('close', () => process.kill(process.pid, 'SIGKILL'));

/** @param {object} message */
function report(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** @param {SharedArrayBuffer} memory */
function countsOf(memory) {
  const [, received, answered, lost, cut, expired, limited, unknown, full, written, lateMaxUs, lateSumUs] =
    new Float64Array(memory, 0, 12);
  const lateMeanUs = written > 0 ? Math.round(lateSumUs / written) : 0;
  return { received, answered, lost, cut, expired, limited, unknown, full, written, lateMeanUs, lateMaxUs };
}
