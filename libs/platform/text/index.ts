export * from './clean-text';
