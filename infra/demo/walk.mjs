// Demonstrates the running product, and prints times and counts.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { agentCounts, storedCounts } from './counts.mjs';
import { makeUnreachable, refuseToSend, restore } from './faults.mjs';
import { Api, PortalStream, readAccess, seconds, until } from './product.mjs';
import { stateDir } from '../paths.mjs';
import { print } from '../output.mjs';

// While idle, kafkajs sets timers with a negative delay, for which Node prints a warning (kafkajs issue 1704).
process.removeAllListeners('warning');

const IP = '127.0.0.9';
const INTERVAL_MS = 15_000;
const accessFile = join(stateDir, 'access.json');
const access = readAccess(accessFile);
const api = new Api(access);
const stream = new PortalStream(api);
/** @type {{ ip: string, to: string, heardMs: number }[]} */
const statusEvents = [];

/** Consumes the public topic from its end, in a consumer group of its own, as another system would. */
async function followTopic() {
  const { kafkaBrokers, kafkaSasl: sasl } = access;
  const quiet = { clientId: 'demo', logLevel: logLevel.NOTHING };
  const kafka = new Kafka({ brokers: kafkaBrokers.split(','), ...quiet, ...(sasl && { sasl }) });
  const consumer = kafka.consumer({ groupId: `demo-${process.pid}`, maxWaitTimeInMs: 250 });
  await consumer.connect();
  await consumer.subscribe({ topics: ['icmpmon.public.target-status.v1'], fromBeginning: false });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({
    eachMessage: async ({ message }) => {
      if (message.value) statusEvents.push({ ...JSON.parse(message.value.toString()), heardMs: performance.now() });
    },
  });
  await joined;
  return consumer;
}

/**
 * @param {string} status
 * @param {number} withinMs
 */
async function statusBecomes(status, withinMs) {
  const heardFrom = statusEvents.length;
  const [inApi, inStream, onTopic] = await Promise.all([
    until(
      `${IP} is ${status} in the API`,
      async () => (await api.get(`/targets/${IP}/status`))?.status === status,
      withinMs,
    ),
    until(`${IP} is ${status} in the portal's stream`, () => stream.targets.get(IP)?.status === status, withinMs),
    until(
      `an event that ${IP} is ${status} on the public topic`,
      () => statusEvents.slice(heardFrom).some((event) => event.ip === IP && event.to === status),
      withinMs,
    ),
  ]);
  print(
    `   ${status}: API ${seconds(inApi.ms)}, portal's stream ${seconds(inStream.ms)}, Kafka topic ${seconds(onTopic.ms)}`,
  );
}

async function addTarget() {
  print(`1. Add ${IP} at the tier standard (one probe every 15 s)`);
  await api.call('DELETE', `/targets/${IP}`);
  const becomesUp = statusBecomes('up', INTERVAL_MS + 10_000);
  await api.call('POST', '/targets', { ip: IP, tier: 'standard', name: 'demo' });
  const first = await until(
    'a first result',
    async () => (await api.get(`/targets/${IP}/results`))?.items[0],
    INTERVAL_MS + 10_000,
  );
  print(
    `   first result after ${seconds(first.ms)}: ${first.value.outcome}, ${first.value.rttUs} µs, by ${first.value.agentName}`,
  );
  await becomesUp;
}

async function takeAway() {
  print('2. Make it unreachable (nftables drops its incoming packets)');
  const becomesDown = statusBecomes('down', 3 * INTERVAL_MS + 5_000);
  makeUnreachable(IP);
  await becomesDown;
  print('   reachable again');
  const becomesUp = statusBecomes('up', 3 * INTERVAL_MS);
  restore(IP);
  await becomesUp;
  print('   the kernel refuses to send (blackhole route)');
  refuseToSend(IP);
  const refused = await until(
    'a result with the outcome not_sent',
    async () => (await api.get(`/targets/${IP}/results?limit=1`))?.items[0]?.outcome === 'not_sent',
    2 * INTERVAL_MS,
  );
  const { status } = await api.get(`/targets/${IP}/status`);
  print(`   not_sent shown after ${seconds(refused.ms)}; it does not vote: the status is still ${status}`);
  restore(IP);
}

/** @param {string} agentId */
async function difference(agentId) {
  const agent = await agentCounts(readAccess(accessFile).processes.agent.opsUrl);
  const stored = await storedCounts(access.telemetryDatabaseUrl, agentId);
  return { ...agent, ...stored, difference: agent.spooled - stored.stored };
}

/**
 * Returns the difference once it is stable: nothing waits in the spool, and it stays the same for some seconds.
 * @param {string} agentId
 * @param {number} withinMs
 */
async function settled(agentId, withinMs) {
  /** @type {Awaited<ReturnType<typeof storedCounts>> | null} */
  let last = null;
  let calm = 0;
  const { value } = await until(
    'the difference between spool and database is stable',
    async () => {
      const now = await difference(agentId);
      calm = last && now.waiting === 0 && now.difference === last.difference ? calm + 1 : 0;
      last = now;
      await pause(500);
      return calm >= 4 ? now : null;
    },
    withinMs,
  );
  return value;
}

/** @param {number} withinMs */
async function allReady(withinMs) {
  return until(
    'every process is ready',
    async () => {
      const { processes } = readAccess(accessFile);
      const answers = Object.values(processes)
        .filter(({ opsUrl }) => opsUrl)
        .map(async ({ opsUrl }) => (await fetch(`${opsUrl}/readyz`, { signal: AbortSignal.timeout(3_000) })).ok);
      return (await Promise.all(answers)).every(Boolean) && (await api.get('/targets/counts')) !== null;
    },
    withinMs,
  );
}

async function killEach() {
  print('3. SIGKILL each process while results flow');
  const [agent] = (await api.get('/agents')).items;
  const before = await settled(agent.id, 60_000);
  for (const name of Object.keys(readAccess(accessFile).processes)) {
    const { pid } = readAccess(accessFile).processes[name];
    process.kill(pid, 'SIGKILL');
    await until(`${name} was restarted`, () => readAccess(accessFile).processes[name].pid !== pid, 60_000);
    const ready = await allReady(90_000);
    const newest = Date.now();
    const fresh = await until(
      'new results are stored',
      async () => {
        const counts = await Promise.all(
          [1, 2, 3, 4, 5, 6, 7, 8].map((n) => api.get(`/targets/127.0.0.${n}/results?limit=1`)),
        );
        return counts.some((page) => Date.parse(page?.items[0]?.at) > newest);
      },
      90_000,
    );
    print(
      `   ${name.padEnd(10)} all processes ready after ${seconds(ready.ms)}, new results stored ${seconds(fresh.ms)} later`,
    );
  }
  const after = await settled(agent.id, 120_000);
  const spooled = after.spooled - before.spooled;
  const missing = after.difference - before.difference;
  print(`   spooled ${spooled}, stored ${spooled - missing}, missing ${missing}, duplicates ${after.duplicates}`);
  return missing === 0 && Number(after.duplicates) === 0;
}

/** Runs the whole demo; returns the exit code: 1 when a result is missing or stored twice. */
export async function walk() {
  let consumer;
  try {
    stream.start();
    consumer = await followTopic();
    await addTarget();
    await takeAway();
    const isComplete = await killEach();
    print('The demo is complete; it keeps the target.');
    return isComplete ? 0 : 1;
  } catch (error) {
    restore(IP);
    throw error;
  } finally {
    stream.stop();
    await consumer?.disconnect();
  }
}
