// Thread of simulate-internet.mjs: reads packets from the TUN device, and passes the engine's replies to the thread that writes them.
import { readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from './engine/engine.mjs';
import { ResolvedFault } from './engine/faults.mjs';
import { ReplyRing } from './engine/reply-ring.mjs';
import { Tally } from './engine/tally.mjs';
import { World } from './engine/world.mjs';

const TUN_FD = 3;
const PACKET_BYTES_MAX = 65_536;

const { ring, shared, world: plan, faults, seed, tally: tallied } = workerData;
const words = new Float64Array(shared);
const world = new World(plan);
const resolved = faults.map(
  (/** @type {import('./engine/faults.mjs').Fault} */ fault) => new ResolvedFault(fault, world),
);
const engine = new Engine(world, resolved, seed);
const tally = new Tally(engine, tallied);
const replies = new ReplyRing(ring);
const buffer = Buffer.alloc(PACKET_BYTES_MAX);
let full = 0;

parentPort?.postMessage('ready');
for (;;) {
  const size = readSync(TUN_FD, buffer, 0, PACKET_BYTES_MAX, null);
  engine.originMs = words[0];
  const nowMs = performance.timeOrigin + performance.now();
  const packet = buffer.subarray(0, size);
  const answers = engine.receive(packet, nowMs);
  for (const reply of answers) if (!replies.add(reply)) full++;
  tally.record(packet, answers, nowMs);
  const { received, answered, lost, cut, expired, limited, unknown } = engine.counts;
  words.set([received, answered, lost, cut, expired, limited, unknown, full], 1);
}
