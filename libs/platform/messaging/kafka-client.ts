import kafkajs from 'kafkajs';
import type { ISocketFactory, Kafka, KafkaConfig, LogEntry, SASLOptions } from 'kafkajs';
import { createLogger } from '@icmp-mon/platform/ops';
import { type KafkaSasl, readKafkaSasl } from './kafka-sasl';
import { replaceProduceEncoder } from './produce/produce-request';
import { mendRequestQueueTimer } from './request-queue-timer';
import { registerZstdCodec } from './zstd-codec';

export interface MessagingOptions {
  /** `host:port` of one or more brokers, as a list or separated by commas. */
  brokers: string | string[];
  topicPrefix: string;
  clientId: string;
  /** Login to Kafka. Default: the one from the environment (`readKafkaSasl`). */
  sasl?: KafkaSasl | undefined;
  ssl?: KafkaConfig['ssl'];
  /** Replicas of new topics. Default: the number in docs/asyncapi.yaml. */
  replicas?: number;
  /** Opens the connections to brokers, for networks that need more than a plain socket. */
  socketFactory?: ISocketFactory;
}

const CONNECT_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** Creates a kafkajs client with the fixed idle timer, our encoder of Produce requests, and zstd. It does not connect yet. */
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

/** Omits the option without a login: kafkajs would treat a member with the value undefined as set. */
const saslOf = (sasl: KafkaSasl | undefined): { sasl?: SASLOptions } => (sasl ? { sasl: sasl as SASLOptions } : {});

const logger = createLogger('kafkajs');

function logToPino({ level, namespace, log }: LogEntry): void {
  const { message, error, groupId, broker } = log as LogEntry['log'] & Record<string, unknown>;
  const fields = { namespace, error, groupId, broker };
  // kafkajs logs failures as errors that it then retries; the caller that gives up logs its own error.
  if (level <= kafkajs.logLevel.WARN) logger.warn(fields, message);
  else logger.debug(fields, message);
}
