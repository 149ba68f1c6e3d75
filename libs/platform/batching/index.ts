export { KeptAnswer } from './kept-answer';
export * from './batching';
