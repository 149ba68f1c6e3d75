export { replaceRows } from './beside';
export type { Applied, ModelTable, ReadModel } from './read-model';
export { eventReplay } from './event-replay';
export {
  rebuild,
  RebuildBusy,
  RebuildOvertaken,
  type Differences,
  type RebuildDatabase,
  type RebuildOutcome,
} from './rebuild';
export { topicReplay, type TopicPositions, type TopicSource } from './topic-replay';
