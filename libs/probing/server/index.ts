export { AgentNumbers } from './agent-numbers';
export { LivePublisher, type LiveBus } from './live-publisher';
export { RedisLiveBus } from './redis-live-bus';
export { SeriesParticipant } from './series-participant';
export { ProbingApiModule } from './probing-api.module';
export type { ProbingApiOptions } from './probing-api-options';
export { dropFoldedFragments } from './folded-fragments';
export { dropRolledUp } from './rollups/retention';
export { rollUpNext, type RollupStep } from './rollups/roll-up';
