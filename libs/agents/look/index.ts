export * from './agent-trouble';
