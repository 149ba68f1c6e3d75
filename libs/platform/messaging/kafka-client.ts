import kafkajs from 'kafkajs';
import type { ISocketFactory, Kafka, KafkaConfig, LogEntry, SASLOptions } from 'kafkajs';
import { createLogger } from '@icmp-mon/platform/ops';
import { type KafkaSasl, readKafkaSasl } from './kafka-sasl';
import { replaceProduceEncoder } from './produce/produce-request';
import { mendRequestQueueTimer } from './request-queue-timer';
import { registerZstdCodec } from './zstd-codec';

export interface MessagingOptions {
  /** `host:port` of one broker or several, separated by commas or in a list. */
  brokers: string | string[];
  topicPrefix: string;
  clientId: string;
  /** The login of the environment unless given (`readKafkaSasl`). */
  sasl?: KafkaSasl | undefined;
  ssl?: KafkaConfig['ssl'];
  /** Replicas of new topics; what docs/asyncapi.yaml says unless given. */
  replicas?: number;
  /** Makes the connections to brokers, for networks that need more than a plain socket. */
  socketFactory?: ISocketFactory;
}

const CONNECT_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** One kafkajs client, its idle timer repaired, its Produce requests encoded by us, and zstd known; it connects to nothing yet. */
export function createKafka(options: MessagingOptions): Kafka {
  mendRequestQueueTimer();
  replaceProduceEncoder();
  registerZstdCodec();
  const brokers = typeof options.brokers === 'string' ? options.brokers.split(',') : options.brokers;
  return new kafkajs.Kafka({
    clientId: options.clientId,
    brokers: brokers.map((broker) => broker.trim()).filter((broker) => broker !== ''),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
    ...saslOf(options.sasl ?? readKafkaSasl()),
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    ...(options.socketFactory ? { socketFactory: options.socketFactory } : {}),
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => logToPino,
  });
}

/** An option that is there but undefined would count for kafkajs. */
const saslOf = (sasl: KafkaSasl | undefined): { sasl?: SASLOptions } => (sasl ? { sasl: sasl as SASLOptions } : {});

const logger = createLogger('kafkajs');

function logToPino({ level, namespace, log }: LogEntry): void {
  const { message, error, groupId, broker } = log as LogEntry['log'] & Record<string, unknown>;
  const fields = { namespace, error, groupId, broker };
  // kafkajs calls errors what it then retries by itself; whoever gives up says so with an error of its own.
  if (level <= kafkajs.logLevel.WARN) logger.warn(fields, message);
  else logger.debug(fields, message);
}
