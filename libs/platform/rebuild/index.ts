export { replaceRows } from './beside';
export type { ReadModel } from './read-model';
export { NoReadModels, ReadModels } from './read-models';
export { eventReplay } from './event-replay';
export { projectionReplay } from './projection-replay';
export { rebuild, RebuildBusy, type RebuildOutcome } from './rebuild';
export { topicReplay, type TopicOffsets, type TopicSource } from './topic-replay';
