import { ControlDatabase } from '@icmp-mon/platform/database';
import type { TargetView } from '@icmp-mon/targets/contract';
import { TargetListProjection } from '@icmp-mon/targets/server';
import type { BenchContext, BenchResult } from './bench';
import { BareServer, Crowd } from './live/crowd';
import { statusMessage } from './live/status-message';
import { StoredResults } from './live/stored-results';
import { type Round, runPairs } from './pairs';
import type { BenchProduct } from './product';
import { profiling } from './projector';
import { plausibleTargets, Registration } from './registration';

const CLIENTS = 1_000;
const AGENTS = 3;
const ROUNDS = 300;
const ROUNDS_QUICK = 60;
/** Rounds of the scene in which each client watches its own target; every round is a commit of 1,000 rows. */
const ROUNDS_OWN = 60;
const ROUNDS_OWN_QUICK = 15;
/** Number of targets whose status changes together. */
const CHANGES = 20;

interface Stage {
  context: BenchContext;
  product: BenchProduct;
  script: string;
  targets: TargetView[];
  control: ControlDatabase;
  stored: StoredResults;
}

interface Scene {
  name: string;
  paths: string[];
  rounds: number;
  perRound: number;
  /** Resolves when newly stored results reach the clients. */
  ready?(): Promise<void>;
  /** Starts a round and returns the sum of the event ids that each client receives. */
  beginRound(round: number): Promise<number>;
  /** Returns the bytes that the bare server writes to each client in a round. */
  chunk(round: number): string;
}

/**
 * Events per second that reach 1,000 clients of one api process, over real sockets into a separate process: results of one target that all
 * watch (`live`), of one target per client (`own`), and changes of the list (`status`). They are written where the projector writes them
 * and take the product's pipeline from there: message, one serialisation for all clients, sockets. The reference is a bare `node:http` server
 * that writes prepared bytes of the same length to as many sockets as soon as the bench requests it. On both sides at most four rounds
 * are in flight.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const product = await context.startProduct({ apps: ['api'], environment: profiling(context) });
  const script = process.argv[1];
  const control = new ControlDatabase({ url: product.access.controlDatabaseUrl });
  const registration = await Registration.on(control);
  const targets = await registration.register(plausibleTargets(CLIENTS, 0));
  const { topicPrefix, shardCount } = product;
  const stored = await StoredResults.open(product.access, { topicPrefix, shardCount, agents: AGENTS });
  const stage = { context, product, script, targets, control, stored };
  try {
    const one = await play(stage, oneTarget(stage));
    const own = await play(stage, ownTargets(stage));
    const status = await play(stage, statusChanges(stage));
    return { ...one, name: 'live', ratioOf: 'one target', own, status, clients: CLIENTS };
  } finally {
    await stored.close();
    await control.close();
  }
}

const resultPath = ({ id }: TargetView): string => `/api/v1/targets/${id}/live`;

/** Returns events of the same length as the product's. */
const resultEvents = (round: number): string =>
  Array.from(
    { length: AGENTS },
    (_, at) =>
      `id: 1:${1_000 + round}:${at}\nevent: result\ndata: {"at":"2026-01-01T00:00:00.000Z","agentId":"0199d3a0-0000-7000-8000-00000000000${at}","agentName":"agent-${at}","check":1,"type":"icmp_ping","outcome":"reply","rttUs":12345}\n\n`,
  ).join('');

function oneTarget({ context, targets, stored }: Stage): Scene {
  const keys = [targets[0].key];
  const rounds = context.quick ? ROUNDS_QUICK : ROUNDS;
  const made = Array.from({ length: rounds }, () => stored.makeBodies(keys));
  return {
    name: 'live: one target',
    paths: targets.map(() => resultPath(targets[0])),
    rounds,
    perRound: AGENTS,
    ready: () => stored.waitUntilWatched(keys),
    beginRound: (round) => stored.commitRows(keys, made[round]),
    chunk: resultEvents,
  };
}

function ownTargets({ context, targets, stored }: Stage): Scene {
  const keys = targets.map(({ key }) => key);
  const rounds = context.quick ? ROUNDS_OWN_QUICK : ROUNDS_OWN;
  const made = Array.from({ length: rounds }, () => stored.makeBodies(keys));
  return {
    name: 'live: own target',
    paths: targets.map(resultPath),
    rounds,
    perRound: AGENTS,
    ready: () => stored.waitUntilWatched(keys),
    beginRound: (round) => stored.commitRows(keys, made[round]),
    chunk: resultEvents,
  };
}

function statusChanges({ context, targets, control }: Stage): Scene {
  const projection = new TargetListProjection();
  let changeSeq = 0;
  const begin = async (round: number): Promise<number> => {
    const from = (round * CHANGES) % targets.length;
    const ids = targets.slice(from, from + CHANGES);
    const at = new Date().toISOString();
    const messages = ids.map((target) => {
      changeSeq++;
      return statusMessage(target, { to: changeSeq % 2 ? 'down' : 'up', changeSeq, at });
    });
    await control.transaction((sql) => projection.handle(sql, messages));
    const rows = await control.query<{ sum: string }>(
      'SELECT sum(list_seq)::text AS sum FROM target_list WHERE key = ANY ($1::integer[])',
      [ids.map(({ key }) => key)],
    );
    return Number(rows[0].sum) * 1_000;
  };
  const data = JSON.stringify({ ...targets[0], reason: 'quorum_down', since: new Date().toISOString() });
  return {
    name: 'live: status',
    paths: targets.map(() => '/api/v1/status/stream'),
    // Each target changes once per round of the pair, so that no change supersedes another.
    rounds: Math.min(targets.length / CHANGES, context.quick ? ROUNDS_QUICK : ROUNDS),
    perRound: CHANGES,
    beginRound: begin,
    chunk: (round) =>
      Array.from({ length: CHANGES }, (_, at) => `id: ${round * CHANGES + at}\nevent: target\ndata: ${data}\n\n`).join(
        '',
      ),
  };
}

async function play(stage: Stage, scene: Scene): Promise<BenchResult> {
  const { context, product, script } = stage;
  const { name, paths, rounds, perRound } = scene;
  const { apiUrl, apiKey } = product.access;
  const crowd = new Crowd(script);
  const bare = await BareServer.start(script);
  const bareCrowd = new Crowd(script);
  context.cpu.register('clients', crowd.pid);
  try {
    await crowd.openClients(apiUrl, paths, { authorization: `Bearer ${apiKey}` });
    await scene.ready?.();
    await bareCrowd.openClients(bare.url, paths);
    bare.chunks(Array.from({ length: rounds }, (_, round) => scene.chunk(round)));
    const deliveries = rounds * perRound * paths.length;
    return await runPairs(context, {
      name,
      unit: 'events/s',
      async product(): Promise<Round> {
        let expected = 0;
        const cpu = context.cpu.startMeasuring();
        const tookMs = await crowd.followRounds(rounds, perRound, async (round) => {
          expected += await scene.beginRound(round);
        });
        const cpuSeconds = cpu();
        const { events, sums } = await crowd.sumClients();
        const sound = events === deliveries && sums.every((sum) => sum === expected);
        return {
          value: deliveries / (tookMs / 1_000),
          cpuSeconds,
          ...(!sound && {
            fault: `${events} of ${deliveries} events, sum of ids ${sums[0]} instead of ${expected}`,
          }),
        };
      },
      async reference(): Promise<Round> {
        const tookMs = await bareCrowd.followRounds(rounds, perRound, (round) => bare.writeRound(round));
        return { value: deliveries / (tookMs / 1_000) };
      },
    });
  } finally {
    await crowd.close();
    for (const part of [crowd, bareCrowd, bare]) part.endProcess();
    context.cpu.forgetProcess('clients');
  }
}
