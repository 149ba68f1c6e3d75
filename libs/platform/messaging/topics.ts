import { parse } from 'yaml';
import asyncApiText from '../../../docs/asyncapi.yaml';

export interface TopicDefinition {
  /** Name without the installation's prefix. */
  logical: string;
  partitions: number;
  replicas: number;
  configuration: Record<string, string>;
}

interface KafkaChannelBinding {
  partitions: number;
  replicas: number;
  topicConfiguration?: Record<string, string | number | string[]>;
}
interface AsyncApiDocument {
  channels: Record<string, { address: string; bindings: { kafka: KafkaChannelBinding } }>;
}

export const SHARD_TOPIC = 'internal.shard';
/** Brokers set the timestamps, so that records of a process with a wrong clock are neither rejected nor kept too long. */
export const DATED_BY_BROKERS = { name: 'message.timestamp.type', value: 'LogAppendTime' } as const;
const ADDRESS_PREFIX = '{prefix}.';

/** Returns the topics of an installation as docs/asyncapi.yaml declares them. The shard topic has one partition per shard. */
export function declaredTopics(options: { shardCount: number }, text: string = asyncApiText): TopicDefinition[] {
  const document = parse(text) as AsyncApiDocument;
  return Object.entries(document.channels).map(([name, channel]) => {
    const binding = channel.bindings.kafka;
    if (!channel.address.startsWith(ADDRESS_PREFIX)) {
      throw new Error(`docs/asyncapi.yaml: the address of channel ${name} must begin with ${ADDRESS_PREFIX}`);
    }
    const logical = channel.address.slice(ADDRESS_PREFIX.length);
    return {
      logical,
      partitions: logical === SHARD_TOPIC ? options.shardCount : binding.partitions,
      replicas: binding.replicas,
      configuration: {
        [DATED_BY_BROKERS.name]: DATED_BY_BROKERS.value,
        ...Object.fromEntries(
          Object.entries(binding.topicConfiguration ?? {}).map(([key, value]) => [key, configurationValue(value)]),
        ),
      },
    };
  });
}

function configurationValue(value: string | number | string[]): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}
