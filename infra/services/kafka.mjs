import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { giveFolder } from '../app-users.mjs';
import { writePrivateText } from '../private-file.mjs';
import { run } from '../run.mjs';
import { kafkaAnswers } from './kafka-ready.mjs';

/** The only user of the broker that is started here; the broker accepts no other. */
export const kafkaUser = 'icmpmon';

/** Largest request before the login: a handshake, or user name and password. */
const loginBytesMax = 4_096;

/**
 * Returns the login that belongs to the broker's address.
 * @param {string} password
 */
export const kafkaSaslOf = (password) => ({ mechanism: 'plain', username: kafkaUser, password });

/**
 * Runs Kafka as one KRaft node on loopback, with a password on both listeners. It has few threads, so that an idle broker costs little CPU.
 * @param {{ jarsDir: string, dataDir: string, user: import('../app-users.mjs').AppUser, port: number, controllerPort: number, password: string, heapMb?: number }} of
 */
export function kafkaService({ jarsDir, dataDir, user, port, controllerPort, password, heapMb = 768 }) {
  const classPath = join(jarsDir, '*');
  const configFile = join(dataDir, 'server.properties');
  return {
    name: 'kafka',
    prepare: () => prepare({ classPath, dataDir, user, configFile, port, controllerPort, password }),
    command: () => ({
      user,
      env: {
        PATH: process.env.PATH,
        LANG: 'C.UTF-8',
        ...(process.env.JAVA_HOME && { JAVA_HOME: process.env.JAVA_HOME }),
      },
      command: 'java',
      args: [
        ...[
          '-Xms256m',
          `-Xmx${heapMb}m`,
          '-XX:+UseSerialGC',
          '-XX:+ExitOnOutOfMemoryError',
          '-Djava.awt.headless=true',
        ],
        ...['-XX:-UsePerfData', '-Djava.net.preferIPv4Stack=true', ...logging],
        ...['-cp', classPath, 'kafka.Kafka', configFile],
      ],
    }),
    ready: () => kafkaAnswers(port, kafkaSaslOf(password)),
  };
}

const logging = [
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
];

/** @param {{ classPath: string, dataDir: string, user: import('../app-users.mjs').AppUser, configFile: string, port: number, controllerPort: number, password: string }} of */
async function prepare({ classPath, dataDir, user, configFile, port, controllerPort, password }) {
  // Kafka's user can pass through the parent folder but not list it.
  mkdirSync(dirname(dataDir), { recursive: true });
  if (user.uid !== undefined) chmodSync(dirname(dataDir), 0o711);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writePrivateText(configFile, properties({ dataDir, port, controllerPort, password }));
  giveFolder(dataDir, user, 0o700);
  const logDir = join(dataDir, 'log');
  if (existsSync(join(logDir, 'meta.properties')) && existsSync(join(dataDir, 'formatted'))) return;
  // Without this mark the formatting was interrupted, and nothing is stored yet.
  rmSync(logDir, { recursive: true, force: true });
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const format = ['kafka.tools.StorageTool', 'format', '--cluster-id', clusterId, '--config', configFile];
  await run('java', ['-Xmx256m', '-XX:TieredStopAtLevel=1', ...logging, '-cp', classPath, ...format], user);
  writeFileSync(join(dataDir, 'formatted'), `${clusterId}\n`);
}

/**
 * Returns the JAAS configuration: the broker's own login to its listeners, and the logins that it accepts.
 * @param {string} password
 */
export function jaas(password) {
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  return `${module} required username="${kafkaUser}" password="${password}" user_${kafkaUser}="${password}";`;
}

/**
 * Only this file contains passwords, not Kafka's data: an older installation without a password gets one at its next start.
 * @param {{ dataDir: string, port: number, controllerPort: number, password: string }} of
 */
function properties({ dataDir, port, controllerPort, password }) {
  const login = jaas(password);
  const lines = [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=CLIENT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=CLIENT://127.0.0.1:${port}`,
    'listener.security.protocol.map=CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
    'inter.broker.listener.name=CLIENT',
    'controller.listener.names=CONTROLLER',
    // On loopback a clear-text password crosses no network. Only this login is accepted, so access control lists are not needed.
    'sasl.enabled.mechanisms=PLAIN',
    'sasl.mechanism.inter.broker.protocol=PLAIN',
    'sasl.mechanism.controller.protocol=PLAIN',
    // Kafka allocates the size that a request announces, before the login: 512 KiB by default, enough for local clients to exhaust its memory.
    `sasl.server.max.receive.size=${loginBytesMax}`,
    `listener.name.client.plain.sasl.jaas.config=${login}`,
    `listener.name.controller.plain.sasl.jaas.config=${login}`,
    `log.dirs=${join(dataDir, 'log')}`,
    'auto.create.topics.enable=false',
    'num.partitions=1',
    'default.replication.factor=1',
    'min.insync.replicas=1',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=8',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=2',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'share.coordinator.state.topic.num.partitions=1',
    'group.initial.rebalance.delay.ms=0',
    'group.coordinator.threads=1',
    'num.network.threads=2',
    'num.io.threads=4',
    'background.threads=2',
    'num.recovery.threads.per.data.dir=2',
    'log.cleaner.threads=1',
    'log.cleaner.dedupe.buffer.size=16777216',
    'log.segment.bytes=268435456',
    'log.retention.hours=168',
    'message.max.bytes=4194304',
    'replica.fetch.max.bytes=4194304',
    // After a crash the controller accepts the broker again only when its old session has expired.
    'broker.session.timeout.ms=4000',
    'broker.heartbeat.interval.ms=1000',
  ];
  return `${lines.join('\n')}\n`;
}
