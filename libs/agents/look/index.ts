export * from './agent-trouble';
export * from './agent-trouble.pipe';
export { worstFirst } from './worst-first';
