export * from './batching';
