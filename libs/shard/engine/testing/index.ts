export { AGENT_IDS, generateLog, STANDARD, START_MS, type GeneratedLog } from './generate-log';
export { seeded } from './seeded';
export { ShardWriter } from '../writer';
export { agentIdOf, policyFact, ShardRecords, targetFact, targetIdOf } from './shard-records';
