export * from './agent-trouble';
export * from './agent-trouble.pipe';
