export { agentTrouble } from './agent-trouble';
export * from './agent-trouble.pipe';
export { foldTroubles } from './fold-troubles';
export { worstFirst } from './worst-first';
