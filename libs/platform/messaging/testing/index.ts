export { sendAtOnce } from './send-at-once';
export { deleteRecords, removeTopics } from './test-topics';
