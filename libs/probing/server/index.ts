export { AgentNumbers, type AgentNumberTable, postgresAgentNumbers } from './agent-numbers';
export type { LiveRow } from './live/live-news';
export { LivePublisher, type LiveBus } from './live-publisher';
export { RedisLiveBus } from './redis-live-bus';
export { postgresSeriesTables } from './postgres-series-tables';
export { SeriesParticipant } from './series-participant';
export type { SeriesFlush, SeriesTables, WindowRow } from './series-tables';
export { forgetFolded } from './close-fragments';
export { dropRolledUp } from './rollups/retention';
