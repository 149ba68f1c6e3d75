// Started as a separate process by spool-kill.int.spec.ts: fills a spool until it is killed, and prints what is durable.
import { writeSync } from 'node:fs';
import { LANE } from '@icmp-mon/probing/wire';
import { Spool } from './spool';

const [, , dir = '', firstText = '0'] = process.argv;
const quiet = (): void => undefined;
const spool = new Spool({ dir, bytesMax: 2 ** 30, log: { debug: quiet, info: quiet, warn: quiet, error: quiet } });
const say = (line: string): number => writeSync(1, `${line}\n`);

say('ready');
for (let number = Number(firstText); ; number++) {
  const bytes = new Uint8Array(Buffer.alloc(200, number % 256));
  const body = { bytes, stored: true, count: 1, baseTimeMs: number, rawLength: 200 };
  spool.appendBlocks([{ shard: 0, policyVersion: 1, liveUntilMs: Number.MAX_SAFE_INTEGER, body }], number % 3 === 0);
  say(`kept ${number}`);
  if (number % 5 !== 0) continue;
  const batch = spool.nextBlocks(LANE.live, 4, 2 ** 20);
  for (const { boot, sequence, body: shipped } of batch) say(`shipped ${shipped.baseTimeMs} ${boot}/${sequence}`);
  const done = batch.slice(0, 2);
  for (const { body: settled } of done) say(`done ${settled.baseTimeMs}`);
  spool.settleBlocks(LANE.live, done, []);
}
