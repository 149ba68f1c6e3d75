import kafkajs from 'kafkajs';
import type { ClusterAdmin } from './cluster-admin';
import { DATED_BY_BROKERS } from './topics';

const { ConfigResourceTypes, ConfigSource } = kafkajs;

/**
 * Sets LogAppendTime on topics that an earlier release created with timestamps set by the producers. The other settings of these topics
 * do not change.
 */
export async function letBrokersDate(admin: ClusterAdmin, topics: readonly string[]): Promise<void> {
  const type = ConfigResourceTypes.TOPIC;
  const { resources } = await admin.runRequest((client) =>
    client.describeConfigs({ resources: topics.map((name) => ({ type, name })), includeSynonyms: false }),
  );
  const former = resources.filter(
    ({ configEntries }) =>
      configEntries.find(({ configName }) => configName === DATED_BY_BROKERS.name)?.configValue !==
      DATED_BY_BROKERS.value,
  );
  if (former.length === 0) return;
  const changes = former.map(({ resourceName, configEntries }) => {
    // AlterConfigs replaces all settings of the topic, so its other settings are sent along.
    const own = configEntries.filter(({ configName, configSource }) => {
      return configSource === ConfigSource.TOPIC_CONFIG && configName !== DATED_BY_BROKERS.name;
    });
    const kept = own.map(({ configName, configValue }) => ({ name: configName, value: configValue }));
    return { type, name: resourceName, configEntries: [...kept, { ...DATED_BY_BROKERS }] };
  });
  await admin.runRequest((client) => client.alterConfigs({ resources: changes, validateOnly: false }));
}
