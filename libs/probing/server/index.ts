export { AgentNumbers } from './agent-numbers';
export type { LiveRow } from './live/live-news';
export { LivePublisher, type LiveBus } from './live-publisher';
export { RedisLiveBus } from './redis-live-bus';
export { SeriesParticipant } from './series-participant';
export { forgetFolded } from './close-fragments';
export { dropRolledUp } from './rollups/retention';
